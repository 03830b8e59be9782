"""What the mini landmark expert can do, on persons it was not trained on.

    python -m model.mini.landmark_report [--faces 600] [--scenes 100] [--json]

Precision: mean distance from the true points, in % of the face box's width, by region, with the whole
detection run.
Scenes: drawn faces of 5 % to 60 % of the picture's longer side, turned by up to 25 degrees, pasted over
photographs, textures and clutter; found means a box with an intersection over union of at least .5. False
alarms: windows of the photographs and textures that training saw as backgrounds, and of those that it did
not. Time: one 512 px scene.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data

from model.landmarks import mini_geometry as geometry
from model.landmarks.mini import MiniExpert
from model.mini.landmark_faces import drawn_face, drawn_faces
from model.mini.landmark_photos import backgrounds

REGIONS = {
    "jaw": range(0, 17), "brows": range(17, 27), "nose": range(27, 36), "eyes": range(36, 48),
    "lips": range(48, 68), "all": range(0, 68),
}  # fmt: skip
HELD_OUT_PHOTOS = ("chelsea", "motorcycle")
SCENE = 512  # px


def precision(expert: MiniExpert, faces: np.ndarray, points: np.ndarray) -> dict:
    """Errors by region of the largest face found in each picture, and how many pictures gave one face in its
    place."""
    errors, found, extra = [], 0, 0
    for picture, truth in zip(faces, points, strict=True):
        seen = expert.find(Image.fromarray(picture))
        box = geometry.face_boxes(torch.tensor(truth)[None])[0].numpy()
        right = [face for face in seen if overlap(face.box, box) >= 0.5]
        found, extra = found + bool(right), extra + len(seen) - bool(right)
        if right:
            errors.append(np.linalg.norm(right[0].points - truth, axis=1) / (box[2] - box[0]) * 100)
    errors = np.array(errors)
    return {
        "found": found / len(faces), "false faces": extra,
        "error in % of the box": {k: round(float(errors[:, list(r)].mean()), 3) for k, r in REGIONS.items()},
        "median": round(float(np.median(errors.mean(axis=1))), 3),
        "worst 5 % of faces": round(float(np.quantile(errors.mean(axis=1), 0.95)), 3),
    }  # fmt: skip


def overlap(a, b) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return width * height / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height)


def scene(rng: np.random.Generator, window: np.ndarray, first: int) -> tuple[Image.Image, list[np.ndarray]]:
    """One to four drawn faces, held-out persons from number `first` on, over a background: (picture, their
    points)."""
    picture = Image.fromarray(window).resize((SCENE, SCENE), Image.Resampling.BICUBIC)
    placed: list[np.ndarray] = []
    boxes: list[np.ndarray] = []
    for number in range(int(rng.integers(1, 5))):
        side = SCENE * math.exp(rng.uniform(math.log(0.05), math.log(0.6)))
        drawing, points = drawn_face("held-out", first + number, size=max(192, int(1.5 * side)))
        truth = torch.from_numpy(points)[None]
        box = geometry.face_boxes(truth)[0]
        scale = float((box[2:] - box[:2]).max()) / side
        angle = rng.uniform(-0.436, 0.436)
        a, b = scale * math.cos(angle), scale * math.sin(angle)
        aim = torch.tensor(rng.uniform(side / 2, SCENE - side / 2, 2), dtype=torch.float32)
        linear = torch.tensor([[a, -b], [b, a]])
        shift = (box[2:] + box[:2]) / 2 - linear @ aim
        matrix = torch.cat((linear, shift[:, None]), dim=1)
        points = geometry.apply(geometry.inverse(matrix), truth[0])
        box = geometry.face_boxes(points[None])[0].numpy()
        if any(overlap(box, other) > 0 for other in boxes):
            continue
        upright = geometry.apply(geometry.inverse(geometry.frames(truth))[0], _grid(matrix))
        inside = ((upright - torch.tensor([0.0, 0.0])) / torch.tensor([1.25, 1.55])).norm(dim=-1)
        mask = Image.fromarray((((1 - inside) * 12).clamp(0, 1) * 255).byte().view(SCENE, SCENE).numpy())
        square = geometry.warp(geometry.as_tensor(drawing), matrix[None], SCENE)[0]
        picture.paste(
            Image.fromarray((square * 255).byte().permute(1, 2, 0).contiguous().numpy()), (0, 0), mask
        )
        placed.append(points.numpy())
        boxes.append(box)
    return picture, placed


def _grid(matrix: torch.Tensor) -> torch.Tensor:
    steps = torch.arange(SCENE) + 0.5
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).view(-1, 2)
    return geometry.apply(matrix, grid)


def scenes(expert: MiniExpert, count: int) -> dict:
    """Recall by size and false faces over `count` scenes."""
    rng = np.random.default_rng(5)
    windows = backgrounds(count, seed=99).permute(0, 2, 3, 1).numpy()
    sizes, hits, errors, false, seconds = [], [], [], 0, []
    for i, window in enumerate(windows):
        picture, truths = scene(rng, window, first=100_000 + 10 * i)
        started = time.perf_counter()
        seen = expert.find(picture)
        seconds.append(time.perf_counter() - started)
        used = set()
        for truth in truths:
            box = geometry.face_boxes(torch.tensor(truth)[None])[0].numpy()
            best = max(range(len(seen)), key=lambda k, box=box: overlap(seen[k].box, box), default=None)
            hit = best is not None and overlap(seen[best].box, box) >= 0.5
            sizes.append(max(box[2] - box[0], box[3] - box[1]) / SCENE)
            hits.append(hit)
            if hit:
                used.add(best)
                errors.append(
                    float(np.linalg.norm(seen[best].points - truth, axis=1).mean() / (box[2] - box[0]) * 100)
                )
        false += len(seen) - len(used)
    sizes, hits = np.array(sizes), np.array(hits)
    bands = {"5-10 %": (0.05, 0.1), "10-20 %": (0.1, 0.2), "20-40 %": (0.2, 0.4), "40 % and more": (0.4, 1.0)}
    of_size = {name: hits[(sizes >= low) & (sizes < high)] for name, (low, high) in bands.items()}
    recall = {name: round(float(some.mean()), 3) for name, some in of_size.items() if len(some)}
    return {
        "faces": len(hits), "recall": round(float(hits.mean()), 3), "false faces": false, "scenes": count,
        "recall by size": recall,
        "point error in % of the box": round(float(np.mean(errors)), 3),
        "milliseconds, median": round(1000 * float(np.median(seconds)), 1),
    }  # fmt: skip


def false_alarms(expert: MiniExpert, count: int) -> dict:
    """Pictures without a face in which one is found."""
    windows = backgrounds(count, seed=98).permute(0, 2, 3, 1).numpy()
    rng = np.random.default_rng(6)
    photos = [
        Image.fromarray(data.chelsea()),
        *(Image.fromarray(side) for side in data.stereo_motorcycle()[:2]),
    ]
    unseen = []
    for i in range(count):
        photo = photos[i % len(photos)]
        side = int(min(photo.size) * math.exp(rng.uniform(math.log(0.3), 0)))
        x, y = rng.integers(photo.width - side + 1), rng.integers(photo.height - side + 1)
        unseen.append(photo.crop((x, y, x + side, y + side)))
    return {
        "windows": count, "of backgrounds seen": sum(bool(expert.find(Image.fromarray(w))) for w in windows),
        f"of {', '.join(HELD_OUT_PHOTOS)}": sum(bool(expert.find(photo)) for photo in unseen),
    }  # fmt: skip


def report(expert: MiniExpert, folder: Path, faces: int, some_scenes: int) -> dict:
    """All of it."""
    pictures, points = drawn_faces(folder, "held-out", 1_500)
    astronaut = [
        [round(v) for v in face.box] + [round(face.score, 3)]
        for face in expert.find(Image.fromarray(data.astronaut()))
    ]
    return {
        "revision": expert.revision,
        "precision": precision(expert, pictures[:faces], points[:faces]),
        "scenes": scenes(expert, some_scenes),
        "false alarms": false_alarms(expert, some_scenes),
        "astronaut": astronaut,
    }


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faces", type=int, default=600)
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--data", type=Path, default=Path("runs/landmark-faces"))
    parser.add_argument("--weights", type=Path, help="other than the shipped ones")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    expert = MiniExpert(args.weights) if args.weights else MiniExpert()
    result = report(expert, args.data, args.faces, args.scenes)
    print(json.dumps(result, indent=None if args.json else 2))


if __name__ == "__main__":
    main()
