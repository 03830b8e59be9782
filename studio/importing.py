"""Brings faces into the studio from the command line:

    python -m studio.importing faces/                            # a folder with its sub-folders
    python -m studio.importing faces.zip more.zip smile.jpg      # zip files, pictures
    python -m studio.importing FABAInstruct/                     # its labels too, as gold labels
    python -m studio.importing FABAInstruct/eval/eval_au_anno.json   # one label file of it
    python -m studio.importing labels.parquet                    # what studio.exporting wrote
    python -m studio.importing faces/ --subject-from-folder --neutral '*neutral*' --consent given

Pictures that are in the studio already are told, not doubled; files that cannot be used are listed with the
reason. Interrupted, the same command goes on where it was. Published data sets: python -m db.datasets.
Exit status: 0 all is well; 1 something was skipped; 2 it could not be done.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from tqdm import tqdm

from db.errors import DataError
from db.imports.engine import Progress
from db.imports.run import run
from db.imports.wishes import CONSENTS, Wishes
from db.models import ImportFile
from db.models.faces import SPLITS
from db.session import Database
from model.tasks import TASKS

LISTED = 20


def readers() -> dict:
    """Return what reads an answer's text, by task: for labels that a data set gives in words only."""
    return {name: task.parse for name, task in TASKS.items()}


def summary(done: Progress) -> str:
    """Return what became of an import's files, as a sentence."""
    faces = "face" if done.added == 1 else "faces"
    return f"{done.added:,} new {faces}, {done.known:,} already here, {done.skipped:,} skipped."


def told(database: Database, import_id: int) -> Iterator[str]:
    """Yield what people should know of single files: duplicates, and files that were skipped, and why."""
    for outcome, said in (("known", "Already here"), ("skipped", "Skipped")):
        files = select(ImportFile).where(ImportFile.import_id == import_id, ImportFile.outcome == outcome)
        with database.reads.begin() as session:
            some = session.scalars(files.order_by(ImportFile.id).limit(LISTED + 1)).all()
        for file in some[:LISTED]:
            yield f"  {said}: {file.name}: {file.reason or f'the picture of face {file.face_id}'}"
        if len(some) > LISTED:
            yield f"  {said}: and more; the Data tab lists all of them"


def parse(arguments: list[str] | None) -> tuple[list[Path], Wishes]:
    """Return the places and what is wished. SystemExit as argparse does; DataError for a wish that cannot
    be met.
    """
    parser = argparse.ArgumentParser(
        prog="python -m studio.importing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--study", default="", help="whose queue the faces go into (default: All faces)")
    parser.add_argument("--source", default="upload", help="where they come from (default: upload)")
    parser.add_argument("--split", choices=SPLITS, help="the split they are in (default: none)")
    parser.add_argument("--subject", help="pseudonym of the one person they show")
    parser.add_argument(
        "--subject-from-folder", action="store_true", help="the folder a file is in names the person"
    )
    parser.add_argument("--consent", choices=CONSENTS, default="unknown", help="of the people shown")
    parser.add_argument("--consent-reference", metavar="TEXT", help="where the consent is kept, and to what")
    parser.add_argument("--neutral", metavar="PATTERN", help="names of faces at rest, such as '*neutral*'")
    given = vars(parser.parse_args(arguments))
    paths = given.pop("paths")
    return paths, Wishes(**given)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    from settings import read
    from studio.data.opening import open_data

    skipped = 0
    try:
        paths, wishes = parse(arguments)
        database, store = open_data(read())
        for path in paths:
            with tqdm(unit="file", desc=path.name, disable=None) as bar:

                def show(progress: Progress, bar=bar) -> None:
                    bar.total, bar.n = progress.total, progress.done
                    bar.refresh()

                import_id, done = run(database, store, path, wishes, read=readers(), told=show)
            print(f"{path}: {summary(done)}")
            for line in told(database, import_id):
                print(line)
            skipped += done.skipped
        database.close()
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
