"""Takes all metadata out of a picture file: EXIF (place, time, camera), XMP, comments, previews.

JPEG and PNG files keep their pixels bit for bit: only the blocks beside them are dropped, and what follows
the file's end. A JPEG that EXIF turns is turned and written anew; any other kind becomes a PNG. Colour
profiles stay, since colours would change without them. Not covered: what can be seen in the picture; an
animation's further frames are dropped.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from db.errors import PictureError

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
_ALONE = {0x01, *range(0xD0, 0xD8)}  # JPEG markers that no length follows
_SCAN, _END = 0xDA, 0xD9
_ORIENTATION = 0x0112
QUALITY = 95  # of a JPEG that had to be turned
MAX_PIXELS = 200_000_000  # a phone's largest; more is no photograph of a face, and would take gigabytes
# All decoded by Pillow itself. EPS is left out on purpose: Pillow would run Ghostscript on it.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")


@dataclass(frozen=True)
class Picture:
    """A file without metadata: its bytes, kind, and size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def without_metadata(data: bytes) -> Picture:
    """Return a picture file's picture. Raises PictureError where the bytes are no picture, or a damaged
    one.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"{image.width}x{image.height} pixels are too many")
            kind, turned = image.format, image.getexif().get(_ORIENTATION, 1) != 1
            image.load()
            width, height = image.size
            if kind == "PNG" and not turned:
                return Picture(_png(data), "image/png", width, height)
            if kind in ("JPEG", "MPO") and not turned:
                return Picture(_jpeg(data), "image/jpeg", width, height)
            return _anew(image, "JPEG" if kind in ("JPEG", "MPO") else "PNG")
    except UnidentifiedImageError as error:
        raise PictureError(
            f"These {len(data):,} bytes are no picture that can be read. Give a JPEG or PNG file."
        ) from error
    except Exception as error:  # decoders fail in many ways on damaged files, with no common base
        raise PictureError(
            f"These {len(data):,} bytes are no picture, or a damaged one ({error}). Give a JPEG or PNG file."
        ) from error


def _anew(image: Image.Image, kind: str) -> Picture:
    """Return the picture upright, written by us."""
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    plain = {"JPEG": ("RGB", "L", "CMYK"), "PNG": ("RGB", "RGBA", "L", "LA", "1", "P", "I;16")}[kind]
    if image.mode not in plain:
        image = image.convert("RGBA" if image.mode in ("PA", "La", "RGBa") else "RGB")
    image.info = {name: image.info[name] for name in ("transparency",) if name in image.info}
    out = BytesIO()
    options = {"quality": QUALITY, "subsampling": 0} if kind == "JPEG" else {}
    image.save(out, kind, icc_profile=profile, **options)
    return Picture(out.getvalue(), f"image/{kind.lower()}", image.width, image.height)


def _png(data: bytes) -> bytes:
    """Return a PNG file with only the chunks that make the picture."""
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        name = data[at + 4 : at + 8]
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        if name == b"IEND":
            break
        at = end
    return b"".join(kept)


def _jpeg(data: bytes) -> bytes:
    """Return a JPEG file with only the segments that make the picture, up to its end marker."""
    kept, at = [data[:2]], 2
    while True:
        while data[at + 1] == 0xFF:  # any number of fill bytes may stand before a marker
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise ValueError(f"no marker at byte {at}")
        if marker == _END:
            return b"".join([*kept, data[at : at + 2]])
        end = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:
            end = _scan_end(data, end)
        if _is_picture(marker, data[at + 4 : end]):
            kept.append(data[at:end])
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Return where a scan's coded data end: at the first marker that is neither stuffing nor a restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _is_picture(marker: int, content: bytes) -> bool:
    """Return whether a segment is needed to show the picture: of APPn and COM only JFIF, ICC and Adobe's."""
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    if marker == 0xE0:
        return content.startswith(b"JFIF\0")
    return marker == 0xEE and content.startswith(b"Adobe") or not (0xE0 <= marker <= 0xEF or marker == 0xFE)
