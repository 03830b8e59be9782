"""Opens whatever people call a picture as one upright RGB picture, 8 bits a channel, without metadata.

EXIF orientation is applied and then dropped with the rest of the metadata (place, time, camera). Transparency
is laid over white; 16-bit and float values are scaled to 0..255, not clipped; an animation gives its first
frame. A picture of more than `MAX_PIXELS` is refused before it is decoded, except a baseline JPEG, which is
decoded at 1/2 or 1/4 of its size.

Does not cover colour profiles (values are taken as sRGB, as the reference takes them), HEIC, or vector
graphics.
"""

import os
import struct
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from model.errors import ImageError

MAX_PIXELS = 50_000_000  # what is decoded at most: 150 MB as RGB; phones take pictures of 48 to 50 million
MAX_JPEG_PIXELS = 200_000_000  # read at reduced size; a phone's 16,320x12,240 is just below
MEAN_COLOUR = (122, 116, 104)  # CLIP's mean, as the reference pads with

# All decoded by Pillow itself. EPS is left out on purpose: Pillow would run Ghostscript on it.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")
READABLE = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, JPEG 2000 or PPM"

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_image(source) -> Image.Image:
    """The upright RGB picture of a path, bytes, binary file, PIL image or array; never the source itself.

    Arrays are HxW, HxWx3 (RGB) or HxWx4 (RGBA) of uint8, uint16 (0..65535) or float (0..1).
    Raises ImageError where the source is missing, empty, damaged, too large, or not a picture.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _upright_rgb(source, "The image")
    with _stream(source) as (stream, name):
        if not stream.read(1):
            raise ImageError(f"{name} is empty: it has no bytes. Give a {READABLE} file.")
        stream.seek(0)
        return _upright_rgb(_recognise(stream, name), name)


@contextmanager
def _stream(source):
    """A seekable binary stream over a source, and what to call it in messages."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield BytesIO(source), "The picture"
    elif isinstance(source, (str, os.PathLike)):
        name = Path(source).name or str(source)
        try:
            file = open(source, "rb")
        except (OSError, ValueError) as error:  # ValueError: a path with a null byte
            reason = getattr(error, "strerror", None) or error
            raise ImageError(
                f"{name} could not be opened: {reason}. Give the path of a {READABLE} file."
            ) from error
        with file:
            yield file, name
    elif hasattr(source, "read"):
        name = Path(source.name).name if isinstance(getattr(source, "name", None), str) else "The file"
        seekable = hasattr(source, "seekable") and source.seekable()
        if seekable:
            source.seek(0)
        start = source.read(0)
        if not isinstance(start, bytes):
            raise ImageError(f"{name} is open as text, not as bytes. Open it in binary mode, 'rb'.")
        yield (source if seekable else BytesIO(source.read())), name
    else:
        raise ImageError(
            f"A {type(source).__name__} is not a picture. Give a path, bytes, a binary file object, a "
            "PIL image, or a numpy array."
        )


def _recognise(stream, name: str) -> Image.Image:
    """The picture in a stream with only its header read; a large JPEG set to be decoded at reduced size."""
    image = _header(stream, name)
    pixels = image.width * image.height
    # A progressive JPEG gains nothing: all its coefficients are held in memory whatever the output size.
    baseline = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    if baseline and MAX_PIXELS < pixels <= MAX_JPEG_PIXELS:
        rounded_up = {shrink: -(-image.width // shrink) * -(-image.height // shrink) for shrink in (2, 4)}
        shrink = next(shrink for shrink, smaller in rounded_up.items() if smaller <= MAX_PIXELS)
        image.draft("RGB", (image.width // shrink, image.height // shrink))
    return image


def _header(stream, name: str) -> Image.Image:
    """The unread picture, opened by the first format that knows its first bytes.

    Image.open would do the same but warn about, or refuse, the large JPEGs that can be read at reduced size.
    """
    prefix = stream.read(16)
    Image.init()
    cause = None
    for form in FORMATS:
        factory, accept = Image.OPEN[form]
        if accept(prefix) is True:
            stream.seek(0)
            try:
                return factory(stream, "")
            except Exception as error:  # decoders fail in many ways on damaged headers, with no common base
                cause = error
    raise ImageError(
        f"{name} is not a picture that can be read here, or its beginning is damaged. Give a {READABLE} "
        "file; save HEIC or SVG as one of these."
    ) from cause


def _upright_rgb(image: Image.Image, name: str) -> Image.Image:
    _check_size(image.width, image.height, name)
    try:
        image.load()
        rgb = _to_rgb(image)
        turn = _UPRIGHT.get(_orientation(image))
    except ImageError:
        raise
    except Exception as error:  # as in _header
        raise _damaged(name, error) from error
    upright = rgb.transpose(turn) if turn is not None else rgb
    upright.info = {}  # EXIF, XMP, colour profile, comments
    return upright


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation 1..8; 1 where there is none or EXIF is damaged, which spoils no pixel."""
    try:
        return image.getexif().get(_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "I" or image.mode.startswith("I;16"):
        values = np.asarray(image)
        if values.size and (values.min() < 0 or values.max() > 65535):
            raise ImageError(
                f"The picture's values run from {values.min()} to {values.max()}; 16-bit pictures hold 0 to "
                "65535. Save it with 8 or 16 bits a channel."
            )
        return _from_array(values.astype(np.uint16))
    if image.mode == "F":
        return _from_array(np.asarray(image))
    if image.has_transparency_data:
        return _over_white(image.convert("RGBA"))
    return image.convert("RGB")  # a copy where it is RGB already


def _over_white(image: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ImageError(
            f"The array has the shape {array.shape}; a picture is (height, width), (height, width, 3) or "
            "(height, width, 4). Move the channels last and give one picture."
        )
    _check_size(array.shape[1], array.shape[0], "The array")
    image = Image.fromarray(_to_8_bits(array))
    return _over_white(image) if image.mode == "RGBA" else image.convert("RGB")


def _to_8_bits(array: np.ndarray) -> np.ndarray:
    """uint8 values of an array, rounded to the nearest; always a new contiguous array."""
    if array.dtype == np.uint8:
        return array.copy()
    if array.dtype == np.uint16:
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 255 x 257
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if not np.issubdtype(array.dtype, np.floating):
        raise ImageError(
            f"The array holds {array.dtype}; allowed are uint8, uint16 and float in 0..1. Convert it."
        )
    low, high = float(array.min()), float(array.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # resampling overshoots by less; also false for NaN
        raise ImageError(
            f"The array's float values run from {low:g} to {high:g}; allowed is 0..1. Divide by the largest "
            "value, or convert to uint8."
        )
    return np.rint(array.clip(0, 1).astype(np.float32) * 255).astype(np.uint8)


def _check_size(width: int, height: int, name: str) -> None:
    if width < 1 or height < 1:
        raise ImageError(
            f"{name} has {width}x{height} px: there is nothing in it. Give a picture with content."
        )
    if width * height > MAX_PIXELS:
        raise ImageError(f"{name} is too large: {width}x{height} px. {_scale_it()}")


def _scale_it() -> str:
    return (
        f"Allowed are {MAX_PIXELS // 10**6} million pixels, or a baseline JPEG file of "
        f"{MAX_JPEG_PIXELS // 10**6} million. Scale it down."
    )


def _damaged(name: str, error: Exception) -> ImageError:
    return ImageError(
        f"{name} is damaged or was cut off ({str(error).rstrip('.') or type(error).__name__}). "
        "Copy, download or save it again."
    )
