"""What there is of photographs to train the mini landmark expert with, all from installed packages; no
network.

Positives: the first 100 pictures of `skimage.data.lfw_subset()`, grey faces of 25x25 px, roughly aligned.
They have no landmarks; `lfw_points` places the average face's, good to about 6 % of the face. Backgrounds
without faces: scikit-image's photographs, textures and text, its 100 LFW pictures that are no faces, three
photographs from Gradio's wheel, and clutter drawn here. Held out from training, for tests: astronaut,
chelsea, stereo motorcycle.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from skimage import data
from torch import Tensor

from model.landmarks.mini_geometry import apply, similarity

LFW_SIDE = 25
# Read by eye off the average of the 100 pictures, px: both eyes' centres, the nose's tip, the chin.
LFW_SEEN = ((6.2, 8.4), (15.4, 8.4), (10.6, 13.6), (10.6, 23.6))
LFW_TOLERANCE = 0.06  # of the face's width: what `lfw_points` may be off before a net is corrected by it
BACKGROUND = 256  # px
PHOTOS = (
    "brick", "grass", "gravel", "coffee", "coins", "clock", "moon", "hubble_deep_field", "retina",
    "immunohistochemistry", "page", "text", "rocket", "cell", "colorwheel", "logo", "horse", "checkerboard",
)  # fmt: skip
GRADIO_PHOTOS = ("cheetah1.jpg", "lion.jpg", "tower.jpg")  # animals' faces are not what is looked for


def lfw_faces() -> Tensor:
    """(100, 1, 25, 25) float 0..1: photographed faces in grey."""
    return torch.from_numpy(data.lfw_subset()[:100].astype(np.float32))[:, None]


def lfw_points(average: Tensor) -> Tensor:
    """(68, 2) px in a 25x25 picture: the average drawn face (68, 2), in face units, laid over the average
    photograph."""
    seen = torch.tensor(LFW_SEEN)
    own = torch.stack((average[36:42].mean(0), average[42:48].mean(0), average[30], average[8]))
    return apply(similarity(own, seen), average)


def backgrounds(count: int, seed: int) -> Tensor:
    """(count, 3, 256, 256) uint8: windows of photographs at many scales, a quarter of them drawn clutter."""
    rng = np.random.default_rng(seed)
    photos = [_photo(name) for name in PHOTOS] + _gradio_photos()
    photos.append(Image.fromarray(data.camera()[260:]).convert("RGB"))  # below the man's head
    patches = (data.lfw_subset()[100:] * 255).astype(np.uint8)
    out = []
    for i in range(count):
        if i % 4 == 0:
            window = _clutter(rng)
        elif i % 8 == 1:
            window = (
                Image.fromarray(patches[rng.integers(100)]).convert("RGB").resize((BACKGROUND, BACKGROUND))
            )
        else:
            window = _window(rng, photos[rng.integers(len(photos))])
        out.append(torch.from_numpy(np.asarray(window).copy()).permute(2, 0, 1))
    return torch.stack(out)


def _gradio_photos() -> list[Image.Image]:
    folder = Path(find_spec("gradio").origin).parent / "media_assets" / "images"
    photos = [Image.open(folder / name).convert("RGB") for name in GRADIO_PHOTOS]
    for photo in photos:
        photo.thumbnail((800, 800))
    return photos


def _photo(name: str) -> Image.Image:
    picture = np.asarray(getattr(data, name)())
    if picture.dtype != np.uint8:
        picture = (picture.astype(np.float32) / picture.max() * 255).astype(np.uint8)
    return Image.fromarray(picture[..., :3] if picture.ndim == 3 else picture).convert("RGB")


def _window(rng: np.random.Generator, photo: Image.Image) -> Image.Image:
    side = int(min(photo.size) * np.exp(rng.uniform(np.log(0.15), 0)))
    x, y = rng.integers(photo.width - side + 1), rng.integers(photo.height - side + 1)
    return photo.resize((BACKGROUND, BACKGROUND), Image.Resampling.BICUBIC, box=(x, y, x + side, y + side))


def _clutter(rng: np.random.Generator) -> Image.Image:
    """Shapes in plain colours, some of them ovals in skin tones with dark spots, which alone make no face."""
    image = Image.new("RGB", (BACKGROUND, BACKGROUND), tuple(rng.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(3, 30)):
        x, y = rng.uniform(-0.1, 1.0, 2) * BACKGROUND
        w, h = np.exp(rng.uniform(np.log(0.02), np.log(0.8), 2)) * BACKGROUND
        skin = np.clip(np.array((235, 190, 155)) * rng.uniform(0.3, 1.1), 0, 255).astype(int)
        colour = tuple((skin if rng.random() < 0.3 else rng.integers(0, 256, 3)).tolist())
        kind = rng.integers(4)
        if kind == 0:
            draw.rectangle((x, y, x + w, y + h), fill=colour)
        elif kind == 1:
            draw.ellipse((x, y, x + w, y + h), fill=colour)
        elif kind == 2:
            draw.line(
                (x, y, *(rng.uniform(0, 1, 2) * BACKGROUND)), fill=colour, width=int(rng.integers(1, 12))
            )
        else:
            draw.polygon(
                [tuple(p) for p in rng.uniform(0, 1, (int(rng.integers(3, 7)), 2)) * BACKGROUND], fill=colour
            )
    return image
