"""The contract that every landmark expert keeps, whatever its nets: `case` runs each test once an expert."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from model.errors import ImageError, NoFaceFound
from model.landmarks import EXPERTS, expert_class

HUGE = (12_000, 9_000)


def encoded(image: Image.Image, form: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def centre(face):
    left, top, right, bottom = face.box
    return np.array([(left + right) / 2, (top + bottom) / 2])


def assert_same_faces(found, expected):
    assert len(found) == len(expected)
    for face, other in zip(found, expected, strict=True):
        assert np.abs(centre(face) - centre(other)).max() <= 0.1 * other.side
        assert face.side == pytest.approx(other.side, rel=0.15)


@pytest.fixture(scope="session")
def found(case):
    """What the expert finds in the plain picture of one face."""
    return case.expert.detect(case.one)


@pytest.mark.parametrize("name", EXPERTS)
def test_each_expert_goes_by_its_name_and_has_a_width(name):
    assert expert_class(name).name == name
    assert expert_class(name).width > 0


def test_one_face(case, found):
    assert len(found) == 1
    (face,) = found
    left, top, right, bottom = face.box
    assert 0 <= (left + right) / 2 <= case.one.width and 0 <= (top + bottom) / 2 <= case.one.height
    assert right > left and bottom > top
    assert all(type(edge) is float for edge in face.box)
    assert 0 < face.score <= 1
    assert face.points.dtype == np.float32 and face.points.ndim == 2 and face.points.shape[1] == 2
    assert np.isfinite(face.points).all()
    assert face.vector.dtype == np.float32 and face.vector.shape == (case.expert.width,)
    assert np.isfinite(face.vector).all()


def test_the_same_picture_gives_the_same_face(case, found):
    (face,) = case.expert.detect(case.one)
    assert face.box == found[0].box and face.score == found[0].score
    assert np.array_equal(face.points, found[0].points) and np.array_equal(face.vector, found[0].vector)


def test_several_faces_come_largest_first(case):
    faces = case.expert.detect(case.several)
    sides = [face.side for face in faces]
    assert len(faces) == 2
    assert sides == sorted(sides, reverse=True) and sides[0] > 1.5 * sides[1]
    assert not np.array_equal(faces[0].points, faces[1].points)


def test_no_face_is_said_in_words_that_help(case):
    with pytest.raises(NoFaceFound, match=rf"No face .*{case.expert.name}.* Try one"):
        case.expert.detect(case.none)


def test_a_picture_turned_by_exif_is_seen_upright(case, found):
    turned = case.one.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by a quarter
    assert_same_faces(case.expert.detect(encoded(turned, "JPEG", quality=95, exif=exif)), found)


def test_grey(case, found):
    assert_same_faces(case.expert.detect(case.one.convert("L")), found)


def test_rgba(case, found):
    assert_same_faces(case.expert.detect(encoded(case.one.convert("RGBA"), "PNG")), found)


def test_16_bit(case, found):
    deep = Image.fromarray(np.asarray(case.one.convert("L")).astype(np.uint16) * 257)
    assert_same_faces(case.expert.detect(encoded(deep, "PNG")), found)


def test_cmyk(case, found):
    assert_same_faces(case.expert.detect(encoded(case.one.convert("CMYK"), "JPEG", quality=95)), found)


@pytest.mark.parametrize("which", ["one", "none"])
def test_20x20_is_a_picture_if_perhaps_one_without_a_face(case, which):
    tiny = getattr(case, which).resize((20, 20))
    try:
        faces = case.expert.detect(tiny)
    except NoFaceFound:
        return
    assert all(face.vector.shape == (case.expert.width,) for face in faces)


def test_a_jpeg_of_12000x9000_is_read_at_reduced_size(case, found):
    scale = min(HUGE[0] // case.one.width, HUGE[1] // case.one.height)
    huge = Image.new("RGB", HUGE, case.one.getpixel((0, 0)))
    huge.paste(case.one.resize((case.one.width * scale, case.one.height * scale), Image.Resampling.NEAREST))
    face = case.expert.detect(encoded(huge, "JPEG", quality=75))[0]
    left, top, right, bottom = np.array(found[0].box) * scale / 2  # 12,000x9,000 is decoded at half size
    x, y = centre(face)
    assert left < x < right and top < y < bottom


def test_other_files_of_12000x9000_are_refused(case):
    with pytest.raises(ImageError, match="too large: 12000x9000"):
        case.expert.detect(encoded(Image.new("1", HUGE), "PNG"))


def test_truncated(case):
    whole = encoded(case.one, "JPEG")
    with pytest.raises(ImageError, match="damaged or was cut off"):
        case.expert.detect(whole[: len(whole) * 2 // 3])


def test_not_an_image(case):
    with pytest.raises(ImageError, match="not a picture"):
        case.expert.detect(b"Dear Sir or Madam, please find attached")


def test_the_crop_is_a_square_around_the_face_or_the_whole_picture(case, found):
    crop = case.expert.crop(case.one, found[0])
    assert crop.mode == "RGB"
    assert crop.width == crop.height or crop.size == case.one.size
    assert min(crop.size) >= min(found[0].side, *case.one.size) * 0.8
