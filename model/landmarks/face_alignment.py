"""68 points by the `face-alignment` package (2D-FAN, Bulat and Tzimiropoulos, ICCV 2017).

The vector is x0, y0, x1, y1, ... of the 68 points in [-1, 1], normalised by their own bounding box, so the
face's place and size in the picture don't matter; its shape and its tilt do. The library fetches its weights
at first use, about 200 MB for the default detector, and shows the progress on the terminal.

Does not cover the library's 3D points, its folder detector (it reads boxes from files), or torch.compile,
which takes longer than it saves on a single picture.
"""

from http.client import HTTPException
from importlib.metadata import version
from importlib.util import find_spec
from urllib.error import URLError

import numpy as np
from PIL import Image

from model.errors import LandmarkExpertError
from model.landmarks.base import Face, LandmarkExpert, box_normalised

DETECTORS = ("sfd", "blazeface", "retinaface", "scrfd", "yunet", "dlib")
NEEDS = {"retinaface": "torchvision", "dlib": "dlib"}  # packages that the library does not bring
LONGEST_EDGE = (
    640  # px in which the detector looks: s3fd takes seconds a megapixel on a CPU, and 7 GB for 27 of them
)
SHORTEST_EDGE = 128  # px to which smaller pictures are padded: s3fd halves five times and cannot go below 32
SMALLEST_FACE = 8  # px; the library's own crop fails on smaller boxes


def available_detectors() -> list[str]:
    """The detectors that can be chosen here: those whose packages are installed."""
    return [name for name in DETECTORS if name not in NEEDS or find_spec(NEEDS[name])]


class FaceAlignmentExpert(LandmarkExpert):
    """The library's faces and points; detector is one of `available_detectors()`.

    detector_options go to the library's detector (its score threshold has a name of its own in each:
    `filter_threshold` for sfd). device is "cpu", "cuda", "cuda:N" or "mps". The detector looks at the picture
    scaled down to longest_edge px, in which s3fd misses faces below about 16 px; points are found at full
    size. dlib gives no score; 1 is used.
    """

    name = "face_alignment"
    width = 136
    notice = (
        "Fetches about 200 MB of weights at first use. Those of the scrfd detector are InsightFace's, for "
        "non-commercial research only."
    )

    def __init__(
        self,
        detector: str = "sfd",
        *,
        device: str = "cpu",
        longest_edge: int = LONGEST_EDGE,
        detector_options: dict | None = None,
    ):
        if detector not in available_detectors():
            hint = f" {detector} needs the package {NEEDS[detector]}." if detector in NEEDS else ""
            raise LandmarkExpertError(
                f"The face_alignment expert has no detector {detector!r} here; there are: "
                f"{', '.join(available_detectors())}.{hint} Choose one of these."
            )
        self.detector = detector
        self.longest_edge = longest_edge
        self._library = _load(detector, str(device), dict(detector_options or {}))

    @property
    def revision(self) -> str:
        return f"{self.name} {version('face-alignment')}, {self.detector}, 2DFAN-4"

    def find(self, picture: Image.Image) -> list[Face]:
        boxes = self._boxes(picture)
        if not boxes:
            return []
        points = self._library.get_landmarks_from_image(np.asarray(picture), detected_faces=boxes)
        return [
            Face(tuple(map(float, box[:4])), score, found.astype(np.float32), box_normalised(found))
            for box, found, score in zip(boxes, points, map(_score, boxes), strict=True)
        ]

    def _boxes(self, picture: Image.Image) -> list[np.ndarray]:
        """(left, top, right, bottom[, score]) in the picture's px for each plausible face."""
        canvas, scale = _canvas(picture, self.longest_edge, square=self.detector == "blazeface")
        found = [
            np.asarray(box, dtype=np.float64) for box in self._library.face_detector.detect_from_image(canvas)
        ]
        boxes = [np.concatenate([box[:4] / scale, box[4:5]]) for box in found]
        return [box for box in boxes if _plausible(box, picture)]


def _canvas(picture: Image.Image, longest_edge: int, square: bool) -> tuple[np.ndarray, float]:
    """The picture as the detector gets it, and its scale; padded with black right and below, never enlarged.

    blazeface looks only at the central square of a picture, so it gets a square one.
    """
    scale = min(1.0, longest_edge / max(picture.size))
    size = [max(1, round(edge * scale)) for edge in picture.size]
    small = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0) if scale < 1 else picture
    width, height = (max(edge, SHORTEST_EDGE) for edge in size)
    if square:
        width = height = max(width, height)
    canvas = Image.new("RGB", (width, height))
    canvas.paste(small)
    return np.array(canvas), scale


def _plausible(box: np.ndarray, picture: Image.Image) -> bool:
    """Whether the library can cut this box out: finite, neither tiny nor huge, its centre in the picture."""
    left, top, right, bottom = box[:4]
    x, y = (left + right) / 2, (top + bottom) / 2
    small, large = min(right - left, bottom - top), max(right - left, bottom - top)
    inside = 0 <= x < picture.width and 0 <= y < picture.height
    return bool(
        np.isfinite(box).all() and inside and small >= SMALLEST_FACE and large <= 2 * max(picture.size)
    )


def _score(box: np.ndarray) -> float:
    return min(max(float(box[4]), 0.0), 1.0) if len(box) > 4 else 1.0


def _load(detector: str, device: str, options: dict):
    """The library with its nets; LandmarkExpertError where it, its weights or the network are missing."""
    if device.split(":")[0] not in ("cpu", "cuda", "mps"):
        raise LandmarkExpertError(
            f"The face_alignment expert cannot run on {device!r}; it can on cpu, cuda and mps. Choose one."
        )
    try:
        import face_alignment
        from face_alignment.utils import get_dir
    except ImportError as error:
        raise LandmarkExpertError(_missing(error)) from error
    try:
        return face_alignment.FaceAlignment(
            face_alignment.LandmarksType.TWO_D,
            device=device,
            face_detector=detector,
            face_detector_kwargs={**_fetched(detector, options), **options},
            compile=False,
        )
    except (URLError, HTTPException, ConnectionError, TimeoutError) as error:
        raise LandmarkExpertError(
            f"The weights of the face_alignment expert could not be downloaded ({_first_line(error)}). They "
            "are needed once: connect to the network, or copy them from a machine that has them into "
            f"{get_dir()}/checkpoints."
        ) from error
    except ImportError as error:
        raise LandmarkExpertError(_missing(error)) from error
    except (
        Exception
    ) as error:  # torch, OpenCV and onnxruntime, behind the detectors, have errors of their own
        raise LandmarkExpertError(
            f"The face_alignment expert could not be loaded with the {detector} detector "
            f"({_first_line(error)}). If its weights are damaged, delete them from {get_dir()}/checkpoints: "
            "they are then fetched again."
        ) from error


def _fetched(detector: str, options: dict) -> dict:
    """The paths of the weights of sfd and blazeface, fetched as the library fetches them.

    Left to themselves these two unpickle whatever came over the network; given a path, they read weights
    only.
    """
    if detector not in ("sfd", "blazeface") or "path_to_detector" in options:
        return {}
    from face_alignment.utils import load_file_from_url

    if detector == "sfd":
        from face_alignment.detection.sfd.sfd_detector import models_urls

        return {"path_to_detector": load_file_from_url(models_urls["s3fd"])}
    from face_alignment.detection.blazeface.blazeface_detector import models_urls

    back = "_back" if options.get("back_model") else ""
    return {
        "path_to_detector": load_file_from_url(models_urls[f"blazeface{back}_weights"]),
        "path_to_anchor": load_file_from_url(models_urls[f"blazeface{back}_anchors"]),
    }


def _missing(error: ImportError) -> str:
    if ".so" in str(error):
        return (
            f"The face_alignment expert needs OpenCV, which cannot load a system library ({error}). "
            "Install it: apt-get install libgl1 libglib2.0-0; or put opencv-python-headless in the place of "
            "opencv-python."
        )
    return (
        f"The face_alignment expert needs a package that cannot be imported ({error}). "
        "Install it: pip install face-alignment."
    )


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
