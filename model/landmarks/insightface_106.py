"""The facial prior of the released EmoLA checkpoints: InsightFace's 106 points, preprocessed as there.

The face picture, BGR, is stretched to 192x192 px with OpenCV's bilinear arithmetic whatever its shape,
divided by 255 and given to `2d106det.onnx`; its 212 outputs, about -1..1, x0, y0, x1, y1, ..., are the
vector. InsightFace's own wrapper scales otherwise (it aligns a crop and leaves 0..255); the checkpoints never
saw that, so neither is done here.

The weights are InsightFace's, for non-commercial research only, and do not come with the studio. The net
finds no faces itself: see `InsightFace106Expert`. Runs on the CPU.
"""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from model.errors import LandmarkExpertError
from model.landmarks import get_expert
from model.landmarks.base import Face, LandmarkExpert, cut, region
from model.landmarks.bilinear import stretch

SIDE = 192  # px, the net's input
POINTS = 106
TERMS = "InsightFace's 2d106det.onnx is licensed for non-commercial research only."
WHERE = (
    "It is part of the buffalo_l package of InsightFace's model zoo (github.com/deepinsight/insightface); "
    "give its path as model_path."
)


class InsightFace106Expert(LandmarkExpert):
    """106 points by `2d106det.onnx` on each face that a detector proposes.

    model_path is the ONNX file. A face that fills its picture, as in FABA-Instruct, is read from the whole
    picture, just as the authors read it; any other from the square that `crop` gives, the same that the
    vision tower sees.

    aligned=True takes every picture as one aligned face and asks no detector: the authors' own procedure, and
    the one to use on an aligned data set. The box is then the picture, the score 1, and NoFaceFound is never
    raised.

    detector is anything with `find(picture) -> list[Face]`; by default the mini expert, loaded when first
    needed. threads is for onnxruntime: the net takes milliseconds on one core, and more would compete with
    PyTorch's.
    """

    name = "insightface_106"
    width = 2 * POINTS
    notice = TERMS

    def __init__(self, model_path=None, *, aligned: bool = False, detector=None, threads: int = 1):
        self.aligned = aligned
        self._detector = detector
        self._session, self._hash = _load(model_path, threads)
        self._input = self._session.get_inputs()[0].name

    @property
    def revision(self) -> str:
        return f"{self.name} sha256:{self._hash[:12]}" + (", aligned" if self.aligned else "")

    def find(self, picture: Image.Image) -> list[Face]:
        if self.aligned:
            return [self._read(picture, (0.0, 0.0, float(picture.width), float(picture.height)), 1.0)]
        if self._detector is None:
            self._detector = get_expert("mini")
        return [self._read(picture, face.box, face.score) for face in self._detector.find(picture)]

    def _read(self, picture: Image.Image, box, score: float) -> Face:
        left, top, right, bottom = part = region(picture, box)
        output = self._session.run(None, {self._input: preprocess(cut(picture, part))})[0]
        vector = np.asarray(output[0], dtype=np.float32).reshape(-1)
        points = (vector.reshape(POINTS, 2) + 1) / 2 * (right - left, bottom - top) + (left, top)
        return Face(tuple(map(float, box)), float(score), points.astype(np.float32), vector)


def preprocess(face: Image.Image) -> np.ndarray:
    """An RGB face picture -> (1, 3, 192, 192) float32 BGR in 0..1, as the reference feeds `2d106det.onnx`."""
    bgr = np.asarray(face)[:, :, ::-1]
    return (stretch(bgr, SIDE).astype(np.float32) / 255).transpose(2, 0, 1)[None]


def _load(model_path, threads: int):
    """An onnxruntime session on the file, and the file's sha256; LandmarkExpertError where that fails."""
    if model_path is None:
        raise LandmarkExpertError(f"The insightface_106 expert needs the file 2d106det.onnx. {WHERE} {TERMS}")
    path = Path(model_path)
    if not path.is_file():
        raise LandmarkExpertError(
            f"There is no file {path}; the insightface_106 expert needs 2d106det.onnx. {WHERE} {TERMS}"
        )
    try:
        import onnxruntime
    except ImportError as error:
        raise LandmarkExpertError(
            f"The insightface_106 expert needs onnxruntime, which cannot be imported ({error}). "
            "Install it: pip install onnxruntime."
        ) from error
    options = onnxruntime.SessionOptions()
    # Said on purpose: left alone, onnxruntime takes every core and pins its threads, which containers refuse
    # noisily.
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only; its warnings about declared shapes tell the user nothing
    content = path.read_bytes()
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base below Exception
        raise LandmarkExpertError(
            f"{path.name} cannot be loaded as an ONNX net ({error}). Fetch it again. {WHERE}"
        ) from error
    _check_geometry(session, path.name)
    return session, hashlib.sha256(content).hexdigest()


def _check_geometry(session, name: str) -> None:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    takes, gives = inputs[0].shape, outputs[0].shape
    if len(inputs) != 1 or list(takes[1:]) != [3, SIDE, SIDE] or list(gives[1:]) != [2 * POINTS]:
        raise LandmarkExpertError(
            f"{name} takes {takes} and gives {gives}; 2d106det.onnx takes (batch, 3, {SIDE}, {SIDE}) and "
            f"gives (batch, {2 * POINTS}). It is another net. {WHERE}"
        )
