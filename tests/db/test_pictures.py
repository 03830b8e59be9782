"""Pictures without metadata: the same pixels, and nothing else."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from db.errors import PictureError
from db.pictures import without_metadata

SECRET = b"Somebody's garden"


@pytest.fixture(scope="module")
def picture():
    """Noise, in which every pixel counts, with each edge of its own colour."""
    values = np.random.default_rng(0).integers(0, 255, (24, 40, 3), dtype=np.uint8)
    values[0], values[-1] = (255, 0, 0), (0, 0, 255)
    return Image.fromarray(values)


def saved(image, kind, orientation=1, **options):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = orientation
    out = BytesIO()
    image.save(out, kind, exif=exif, **options)
    return out.getvalue()


def pixels(data):
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def info(data):
    with Image.open(BytesIO(data)) as image:
        image.load()
        return {**image.info, **dict(image.getexif())}


@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"restart_marker_blocks": 2}, {"comment": SECRET}, {"quality": 100}],
)
def test_a_jpeg_keeps_its_pixels_and_loses_the_rest(picture, options):
    data = saved(picture, "JPEG", **options)
    clean = without_metadata(data)
    assert SECRET not in clean.data and not {0x010E, "exif", "comment"} & info(clean.data).keys()
    assert (pixels(clean.data) == pixels(data)).all()
    assert (clean.media_type, clean.width, clean.height) == ("image/jpeg", 40, 24)


def test_what_follows_a_jpegs_end_is_cut_off(picture):
    data = saved(picture, "JPEG")
    clean = without_metadata(data + b"\xff\xd8" + SECRET)
    assert clean.data.endswith(b"\xff\xd9") and SECRET not in clean.data


def test_a_jpegs_xmp_and_photoshop_blocks_go(picture):
    data = saved(picture, "JPEG")
    blocks = b"".join(
        b"\xff" + bytes([marker]) + (2 + len(body)).to_bytes(2) + body
        for marker, body in [
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
            (0xED, SECRET),
            (0xE2, SECRET),
        ]
    )
    clean = without_metadata(data[:2] + blocks + data[2:])
    assert SECRET not in clean.data and clean.data == without_metadata(data).data


def test_a_colour_profile_stays(picture):
    profile = b"profile" * 20
    for kind in ("JPEG", "PNG"):
        assert (
            info(without_metadata(saved(picture, kind, icc_profile=profile)).data)["icc_profile"] == profile
        )


def test_a_cmyk_jpeg_keeps_its_colours(picture):
    data = saved(picture.convert("CMYK"), "JPEG")
    assert (pixels(without_metadata(data).data) == pixels(data)).all()


def test_a_turned_jpeg_is_turned_and_says_no_more(picture):
    clean = without_metadata(saved(picture, "JPEG", orientation=6, quality=100, subsampling=0))
    assert (clean.width, clean.height) == (24, 40)
    assert not info(clean.data).keys() & {"exif", 0x0112, 0x010E}
    upright = pixels(clean.data)
    assert upright[:, -1, 0].mean() > 200 and upright[:, 0, 2].mean() > 200


def test_a_png_keeps_its_pixels_and_loses_the_rest(picture):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    data = saved(picture, "PNG", pnginfo=text)
    assert SECRET in data
    clean = without_metadata(data + SECRET)
    assert SECRET not in clean.data and not info(clean.data)
    assert (pixels(clean.data) == pixels(data)).all()


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_a_png_of_any_kind_stays_what_it_is(picture, mode):
    image = Image.new("I;16", (4, 4), 3000) if mode == "I;16" else picture.convert(mode)
    data = saved(image, "PNG")
    with Image.open(BytesIO(without_metadata(data).data)) as clean:
        assert clean.mode == mode and (np.asarray(clean) == np.asarray(image)).all()


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "BMP", "GIF"])
def test_other_kinds_become_png(picture, kind):
    data = saved(picture, kind, **({"lossless": True} if kind == "WEBP" else {}))
    clean = without_metadata(data)
    assert clean.media_type == "image/png" and SECRET not in clean.data
    assert (pixels(clean.data) == pixels(data)).all()


def test_cleaning_is_done_once(picture):
    for kind in ("JPEG", "PNG"):
        clean = without_metadata(saved(picture, kind))
        assert without_metadata(clean.data) == clean


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_file_is_refused_with_a_sentence(picture, kind):
    data = saved(picture, kind)
    with pytest.raises(PictureError, match="damaged"):
        without_metadata(data[: len(data) // 2])


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PictureError, match="no picture"):
        without_metadata(data)


@given(st.data())
def test_any_damage_gives_a_picture_or_a_refusal(picture, data):
    whole = bytearray(saved(picture, data.draw(st.sampled_from(["JPEG", "PNG"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert without_metadata(bytes(whole)).data
    except PictureError:
        pass
