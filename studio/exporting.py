"""Exports faces and labels from the command line:

    python -m studio.exporting labels.parquet                    # gold where there is, else what is agreed on
    python -m studio.exporting labels.csv --labels each          # a row a face and annotator
    python -m studio.exporting faba.zip --form faba --split train --split val
    python -m studio.exporting all.parquet --subjects --history --unlabelled

The form follows from the file's ending where none is named: .parquet, .csv (with --pictures: .zip), .zip is
FABA-Instruct's. Reading a Parquet file: datasets.load_dataset("parquet", data_files="labels.parquet").
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from db.errors import DataError
from db.exports.bundle import Exported, Speech, ending, export
from db.exports.choice import FORMS, LABELS, Choice
from db.models import Face, Landmarks
from db.models.faces import SPLITS
from model.landmarks.base import box_normalised, fills
from model.tasks import TASKS

ENDINGS = {".parquet": "parquet", ".csv": "csv", ".zip": "faba"}


def words(task: str, label: Any, rationale: str) -> str:
    """Return a text from which the label can be read: the rationale where it says it, else with it said."""
    task = TASKS[task]
    said = tuple(label) if isinstance(label, list) else label
    known = said if isinstance(said, str) else tuple(name for name in task.labels if name in said)
    if rationale and task.parse(rationale) == known:
        return rationale
    if isinstance(known, str):
        return task.format(known, rationale)
    text = task.format(known, closing=rationale)
    return text if task.parse(text) == known else task.format(known)


def prior(face: Face, landmarks: Landmarks) -> bytes | None:
    """Return landmarks as an .npy file of the numbers that the model was given: (2 * points,) float32.

    None for InsightFace's 106 points on a face that does not fill its picture: these depend on the cut.
    """
    points = np.asarray(landmarks.points, np.float64)
    if landmarks.expert == "insightface_106":
        size = _Size((face.width, face.height))
        if not fills(size, tuple(landmarks.box)):
            return None
        numbers = (points / size.size * 2 - 1).astype(np.float32).reshape(-1)
    else:
        numbers = box_normalised(points)
    file = BytesIO()
    np.save(file, numbers)
    return file.getvalue()


class _Size:
    """A picture of which only the size matters: (width, height) px."""

    def __init__(self, size: tuple[int, int]):
        self.size = size


SPEECH = Speech(words, prior)


def report(done: Exported) -> str:
    """Return what an export holds, as sentences."""
    if not done.rows:
        return f"{done.path.name} is empty: no face has such labels yet."
    text = f"{done.path.name}: {done.rows:,} rows of {done.faces:,} faces, {_size(done.path.stat().st_size)}."
    if done.missing:
        shown = ", ".join(str(face) for face in done.missing[:10])
        text += f" The store has lost {len(done.missing):,} pictures (faces {shown}); restore them."
    return text


def _size(count: int) -> str:
    """Return bytes as people say them."""
    return f"{count / 2**20:,.1f} MB" if count >= 2**20 else f"{count / 1024:,.0f} KB"


def parse(arguments: list[str] | None) -> tuple[Path, Choice]:
    """Return where to write, and what. SystemExit as argparse does; DataError for what cannot be met."""
    parser = argparse.ArgumentParser(
        prog="python -m studio.exporting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the file to write")
    parser.add_argument("--form", choices=FORMS, help="by default as the file's ending says")
    parser.add_argument(
        "--labels",
        choices=LABELS,
        default="accepted",
        help="gold; accepted: gold, else what annotators agree on (default); each: every annotator's too",
    )
    parser.add_argument(
        "--split", choices=SPLITS, action="append", default=[], help="only this split; may stand twice"
    )
    parser.add_argument("--study", default="", help="only the faces of this study")
    parser.add_argument("--unlabelled", action="store_true", help="faces without labels too")
    parser.add_argument("--subjects", action="store_true", help="with the pseudonyms of the people shown")
    parser.add_argument("--history", action="store_true", help="with all saves and decisions before")
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, help="with the picture files")
    given = parser.parse_args(arguments)
    form = given.form or ENDINGS.get(given.file.suffix.lower())
    if form is None:
        parser.error(f"{given.file} ends in none of {', '.join(ENDINGS)}; name the form with --form")
    pictures = given.pictures if given.pictures is not None else form != "csv"
    choice = Choice(
        form,
        given.labels,
        given.unlabelled,
        tuple(given.split),
        given.study,
        given.subjects,
        given.history,
        pictures,
    )
    if given.file.suffix.lower() != ending(choice):
        parser.error(f"an export of this kind is a {ending(choice)} file, not {given.file.name}")
    return given.file, choice


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    from settings import read
    from studio.data.opening import open_data

    try:
        path, choice = parse(arguments)
        path.parent.mkdir(parents=True, exist_ok=True)
        database, store = open_data(read())
        with tqdm(unit="face", disable=None) as bar:

            def told(done: int, total: int) -> None:
                bar.total, bar.n = total, done
                bar.refresh()

            done = export(database, store, choice, path, speech=SPEECH, told=told)
        database.close()
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(report(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
