"""What `open_image` makes of every kind of picture, and of what is none."""

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from model.errors import ImageError
from model.images import MAX_PIXELS, open_image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def picture() -> Image.Image:
    """48x32 px, each quarter of another colour, so that every turn and flip shows."""
    pixels = np.zeros((32, 48, 3), dtype=np.uint8)
    pixels[:16, :24], pixels[:16, 24:], pixels[16:, :24], pixels[16:, 24:] = RED, GREEN, BLUE, (200, 200, 40)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, form: str = "PNG", **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def pixels_of(source) -> np.ndarray:
    opened = open_image(source)
    assert opened.mode == "RGB" and type(opened) is Image.Image and opened.info == {}
    return np.asarray(opened)


def test_every_source_of_the_same_picture_gives_the_same_pixels(tmp_path):
    path = tmp_path / "face.png"
    picture().save(path)
    data = path.read_bytes()
    array = np.asarray(picture())
    with open(path, "rb") as file:
        file.read(5)  # a file object is read from its beginning, wherever it stands
        sources = [
            path,
            str(path),
            data,
            bytearray(data),
            memoryview(data),
            BytesIO(data),
            file,
            picture(),
            array,
        ]
        for source in sources:
            assert np.array_equal(pixels_of(source), array)


def test_a_stream_that_cannot_seek_is_read():
    class Pipe:
        def __init__(self, data):
            self.stream = BytesIO(data)

        def read(self, size=-1):
            return self.stream.read(size)

    assert np.array_equal(pixels_of(Pipe(encoded(picture()))), np.asarray(picture()))


def test_the_source_is_neither_returned_nor_changed():
    source = picture()
    source.info["comment"] = "mine"
    opened = open_image(source)
    opened.putpixel((0, 0), WHITE)
    assert source.getpixel((0, 0)) == RED and source.info == {"comment": "mine"}
    array = np.asarray(picture()).copy()
    open_image(array).putpixel((0, 0), WHITE)
    assert tuple(array[0, 0]) == RED


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}.get(form, {})
    data = encoded(picture(), form, exif=exif, **options)
    expected = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    assert np.array_equal(pixels_of(data), np.asarray(expected))


def test_no_metadata_leaves():
    exif = Image.Exif()
    exif[0x0110] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    opened = open_image(encoded(picture(), "JPEG", exif=exif, comment=b"at home", xmp=b"<x:xmpmeta/>"))
    assert opened.info == {} and not dict(opened.getexif())
    assert b"camera" not in encoded(opened, "JPEG") and b"home" not in encoded(opened, "JPEG")


def test_a_damaged_exif_block_spoils_no_pixel():
    data = encoded(picture(), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken")
    assert np.array_equal(pixels_of(data), np.asarray(picture()))


def test_grey_has_three_equal_channels():
    pixels = pixels_of(encoded(picture().convert("L")))
    assert (pixels[..., 0] == pixels[..., 1]).all() and (
        pixels[..., 0] == np.asarray(picture().convert("L"))
    ).all()


@pytest.mark.parametrize("mode", ["1", "P"])
def test_one_bit_and_palette_pictures_keep_their_colours(mode):
    image = Image.new("RGB", (20, 20), (255, 255, 255)).convert(mode)
    assert (pixels_of(encoded(image)) == 255).all()


@pytest.mark.parametrize("alpha, expected", [(255, (0, 0, 0)), (0, WHITE), (51, (204, 204, 204))])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_over_white(mode, alpha, expected):
    image = Image.new("RGBA", (20, 20), (0, 0, 0, alpha)).convert(mode)
    assert open_image(encoded(image)).getpixel((3, 3)) == expected
    assert open_image(image).getpixel((3, 3)) == expected


def test_a_transparent_palette_entry_is_laid_over_white():
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    index = image.getpixel((0, 0))
    opened = open_image(encoded(image, transparency=index))
    assert opened.getpixel((0, 0)) == WHITE and opened.getpixel((47, 0)) == GREEN


def test_16_bit_grey_is_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 256 * 4).round().astype(np.uint16).reshape(4, 256)
    expected = np.rint(ramp / 257).astype(np.uint8)
    for source in (
        ramp,
        Image.fromarray(ramp),
        encoded(Image.fromarray(ramp)),
        encoded(Image.fromarray(ramp), "TIFF"),
    ):
        assert np.array_equal(pixels_of(source)[..., 0], expected)


def test_16_bit_big_endian_and_ppm_are_scaled():
    header = b"P5 2 1 65535\n"
    assert pixels_of(header + struct.pack(">HH", 0x8080, 0xFFFF))[0, :, 0].tolist() == [0x80, 0xFF]
    assert pixels_of(Image.frombytes("I;16B", (2, 1), struct.pack(">HH", 0, 0xFFFF)))[0, :, 0].tolist() == [
        0,
        255,
    ]


def test_32_bit_integers_are_refused_with_their_range():
    with pytest.raises(ImageError, match="from 0 to 70000; 16-bit pictures hold 0 to 65535"):
        open_image(Image.fromarray(np.array([[0, 70000]], dtype=np.int32)))


def test_cmyk_keeps_its_colours():
    pixels = pixels_of(encoded(picture().convert("CMYK"), "JPEG", quality=95, subsampling=0))
    assert np.abs(pixels.astype(int) - np.asarray(picture())).max() <= 12


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, GREEN, BLUE)]
    for form in ("GIF", "PNG", "WEBP"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
        red, green, _ = pixels_of(data)[10, 10].tolist()
        assert red > 240 and green < 15


@pytest.mark.parametrize("size", [(20, 20), (1, 1), (1, 300)])
def test_small_pictures_are_pictures(size):
    assert open_image(encoded(Image.new("RGB", size))).size == size


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_arrays_of_every_allowed_kind_and_shape(kind, shape):
    full = 1 if np.issubdtype(kind, np.floating) else np.iinfo(kind).max
    assert (pixels_of(np.full(shape, full, dtype=kind)) == 255).all()
    assert open_image(np.zeros(shape, dtype=kind)).size == (6, 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_floats_are_rounded_to_the_nearest_of_256_values(values):
    pixels = pixels_of(np.array([values]))[0, :, 0]
    assert np.abs(pixels / 255 - values).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    "array, what",
    [
        (np.zeros((3, 8, 8)), r"shape \(3, 8, 8\)"),
        (np.zeros((1, 8, 8, 3)), r"shape \(1, 8, 8, 3\)"),
        (np.zeros(8), r"shape \(8,\)"),
        (np.zeros((0, 8, 3), np.uint8), "8x0 px"),
        (np.zeros((8, 8, 3), np.int64), "int64; allowed are uint8"),
        (np.full((8, 8), 200.0), "from 200 to 200; allowed is 0..1"),
        (np.full((8, 8), np.nan), "from nan to nan"),
        (np.zeros((8, 8), complex), "complex128"),
    ],
)
def test_other_arrays_are_refused_with_what_is_allowed(array, what):
    with pytest.raises(ImageError, match=what):
        open_image(array)


def test_a_baseline_jpeg_of_12000x9000_is_decoded_at_half_size():
    data = encoded(Image.new("L", (12_000, 9_000), 200), "JPEG")
    opened = open_image(data)
    assert opened.size == (6_000, 4_500) and opened.getpixel((5_999, 4_499)) == (200, 200, 200)


@pytest.mark.parametrize("width, height", [(16_320, 12_240), (14_143, 14_141)])
def test_the_largest_jpegs_of_phones_are_decoded_at_reduced_size(width, height):
    opened = open_image(encoded(Image.new("L", (width, height), 9), "JPEG"))
    assert opened.width * opened.height <= MAX_PIXELS


def test_a_jpeg_below_the_limit_keeps_its_size():
    assert open_image(encoded(Image.new("L", (8_000, 6_000)), "JPEG")).size == (8_000, 6_000)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "form, options", [("PNG", {}), ("GIF", {}), ("TIFF", {}), ("JPEG", {"progressive": True})]
)
def test_other_large_files_are_refused_before_they_are_decoded(form, options):
    data = encoded(Image.new("L", (12_000, 9_000)), form, **options)
    with pytest.raises(
        ImageError, match="too large: 12000x9000 px. Allowed are 50 million pixels.*Scale it down"
    ):
        open_image(data if form == "TIFF" else data[: len(data) // 2])  # a TIFF's header comes last


@pytest.mark.filterwarnings("error")
def test_a_decompression_bomb_is_refused():
    header = b"IHDR" + struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + header
        + struct.pack(">I", PngImagePlugin._crc32(header))
    )
    with pytest.raises(ImageError, match="too large|not a picture"):
        open_image(data + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", PngImagePlugin._crc32(b"IDAT")))


def test_arrays_and_images_above_the_limit_are_refused():
    with pytest.raises(ImageError, match="too large"):
        open_image(np.zeros((9_000, 12_000), dtype=np.uint8))
    with pytest.raises(ImageError, match="too large"):
        open_image(Image.new("1", (12_000, 9_000)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_truncated_files_are_said_to_be_damaged(form):
    rng = np.random.default_rng(0)
    data = encoded(Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)), form)
    with pytest.raises(ImageError, match="damaged"):
        open_image(data[: len(data) // 2])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    st.integers(0, 10**6),
)
def test_damage_gives_a_picture_or_an_image_error_and_nothing_else(form, changes, end):
    data = bytearray(encoded(picture(), form))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        open_image(bytes(data[: max(end % (2 * len(data)), 1)]))
    except ImageError:
        return


@pytest.mark.parametrize(
    "data, what",
    [
        (b"", "is empty"),
        (b"Dear Sir", "not a picture that can be read here.*Give a JPEG, PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n", "not a picture"),
        (b"\xff\xd8\xff", "beginning is damaged"),
        (b"\x89PNG\r\n\x1a\n", "beginning is damaged"),
    ],
)
def test_what_is_not_a_picture_is_refused(data, what):
    with pytest.raises(ImageError, match=what):
        open_image(data)


def test_messages_name_the_file(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a face")
    with pytest.raises(ImageError, match="^notes.txt is not a picture"):
        open_image(path)
    with open(path, "rb") as file, pytest.raises(ImageError, match="^notes.txt is not a picture"):
        open_image(file)
    with open(path) as file, pytest.raises(ImageError, match="notes.txt is open as text"):
        open_image(file)
    with pytest.raises(ImageError, match="missing.jpg could not be opened: No such file"):
        open_image(tmp_path / "missing.jpg")
    with pytest.raises(ImageError, match="could not be opened: Is a directory"):
        open_image(tmp_path)


@pytest.mark.parametrize("source", [None, 7, [1, 2], {"path": "x"}])
def test_other_objects_are_refused_with_what_is_allowed(source):
    with pytest.raises(ImageError, match=f"A {type(source).__name__} is not a picture. Give a path"):
        open_image(source)
