"""Loads a published data set into the studio's database, or checks its folder.

    python -m db.datasets                                       # the data sets, their layouts and terms
    python -m db.datasets raf-db FOLDER --check                 # compare the folder with what is published
    python -m db.datasets raf-db FOLDER --split test --as gold  # load its test split as a gold set
    python -m db.datasets bp4d FOLDER --fold 1                  # test on the literature's first part
    python -m db.datasets faba-instruct FOLDER --out            # write FABA-Instruct's JSON, as corrected

Running it again goes on where it was interrupted. Exit status: 0 all is well; 1 something was skipped, or the
folder is not what was published; 2 it could not be done.
"""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from db.datasets import DATASETS
from db.datasets.base import Dataset
from db.datasets.check import check
from db.datasets.load import AS, Loaded, load
from db.datasets.write_out import write_out
from db.errors import DataError
from db.migrate import migrate
from db.session import open_database
from db.store import PictureStore

LISTED = 20


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    from settings import read

    settings = read()
    parser = argparse.ArgumentParser(prog="python -m db.datasets", description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", choices=DATASETS, metavar="NAME", help=", ".join(DATASETS))
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where the data set is")
    parser.add_argument("--split", help="only this split of the data set's: train, val or test")
    parser.add_argument("--fold", type=int, help="BP4D, DISFA: the part to test on, 1 to 3")
    parser.add_argument("--as", dest="as_split", choices=AS, help="where to put it (default: as published)")
    parser.add_argument("--import-name", help="what the import is called (default: NAME)")
    parser.add_argument("--check", action="store_true", help="only compare the folder with what is published")
    parser.add_argument("--out", action="store_true", help="write an import's label files into FOLDER")
    parser.add_argument("--database", default=settings["database"], metavar="URL")
    parser.add_argument("--pictures", default=settings["pictures"], metavar="PLACE", help="folder or URL")
    options = parser.parse_args(arguments)
    if options.name is None:
        print("\n\n".join(_described(dataset) for dataset in DATASETS.values()))
        print("\nTerms are given in short, as far as we know them: what counts is the owners' agreement.")
        return 0
    if options.folder is None:
        parser.error("a FOLDER is needed")
    dataset = DATASETS[options.name]
    try:
        if options.check:
            return _check(dataset, options)
        return _write_out(dataset, options) if options.out else _load(dataset, options)
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130


def _described(dataset: Dataset) -> str:
    return f"{dataset.name}: {dataset.title}\n  Folder: {dataset.expects}\n  Terms: {dataset.terms}"


def _check(dataset: Dataset, options: argparse.Namespace) -> int:
    report = check(dataset, options.folder, options.split, fold=options.fold)
    print("\n".join(report.lines()))
    print("All as published." if report.whole else "Not all is as published.")
    return 0 if report.whole else 1


def _write_out(dataset: Dataset, options: argparse.Namespace) -> int:
    database = open_database(options.database)
    try:
        with database.reads.begin() as session:
            written = write_out(session, options.folder, options.import_name or dataset.name)
    finally:
        database.close()
    for file, out in written.items():
        print(f"{file}: {out.entries:,} entries, {out.changed:,} corrected.")
        print(*(f"  {note}" for note in out.notes), sep="\n", end="\n" if out.notes else "")
    return 1 if any(out.notes for out in written.values()) else 0


def _load(dataset: Dataset, options: argparse.Namespace) -> int:
    print(f"{dataset.title}. {dataset.terms}", file=sys.stderr)
    database = open_database(options.database)
    try:
        migrate(database)
        with tqdm(unit=" entries", disable=None) as bar:
            loaded = load(
                database,
                PictureStore(options.pictures),
                dataset,
                options.folder,
                split=options.split,
                fold=options.fold,
                as_split=options.as_split,
                name=options.import_name,
                progress=lambda so_far: bar.update(so_far.entries - bar.n),
            )
    finally:
        database.close()
    print("\n".join(_told(loaded)))
    return 1 if loaded.problems else 0


def _told(loaded: Loaded):
    """Yield what was done, as text."""
    yield (
        f"{loaded.entries:,} entries: {loaded.new:,} new faces, {loaded.known:,} of faces that were known, "
        f"{loaded.before:,} loaded before; {loaded.labelled:,} gold labels."
    )
    yield from (f"Left out: {number:,} of class {name}." for name, number in loaded.left_out.items())
    if loaded.gold_set:
        yield f"Frozen as a gold set, {loaded.gold_set[:12]}."
    if loaded.problems:
        yield f"Skipped ({len(loaded.problems):,}):"
        yield from (f"  {problem}" for problem in loaded.problems[:LISTED])
        if len(loaded.problems) > LISTED:
            yield f"  and {len(loaded.problems) - LISTED:,} more"


if __name__ == "__main__":
    sys.exit(main())
