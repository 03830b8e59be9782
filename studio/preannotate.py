"""Has the model look at a study's faces ahead of the annotators, so that nobody waits for it:

    python -m studio.preannotate                        # the default study, in the order of its queue
    python -m studio.preannotate --study pilot --limit 500

Interrupted, the same command goes on. Faces of which this model can say nothing are listed and not tried
again; --again tries them. The model is the one that the settings name.
"""

import argparse
import sys

from tqdm import tqdm

from db import waiting
from db.errors import DataError
from db.predictions import revision_key
from db.study_rules import named
from model.errors import EmolaError
from studio.data.preannotation import Filled, fill

LISTED = 20


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options. SystemExit as argparse does."""
    parser = argparse.ArgumentParser(
        prog="python -m studio.preannotate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--study", default="", help="whose faces (default: All faces)")
    parser.add_argument("--limit", type=int, help="so many faces at most (default: all)")
    parser.add_argument("--again", action="store_true", help="try faces again that could not be read before")
    options = parser.parse_args(arguments)
    if options.limit is not None and options.limit < 1:
        parser.error("--limit is a number of faces, 1 or more")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    from settings import read
    from studio.serve import open_workplace

    options = parse(arguments)
    work = open_workplace(read())
    try:
        with work.database.sessions.begin() as session:
            study = named(session, options.study)
            study_id, revision = study.id, revision_key(work.serving.predictor.revisions)
            if options.again:
                waiting.forget(session, study_id, revision)
        with tqdm(unit="face", disable=None) as bar:

            def told(filled: Filled) -> None:
                bar.n = filled.answered + filled.unreadable
                bar.total = bar.n + filled.left
                bar.refresh()

            done = fill(work, study_id, limit=options.limit, told=told)
        print(
            f"{study.name}: {done.answered:,} faces predicted, {done.unreadable:,} could not be read, "
            f"{done.left:,} left."
        )
        with work.database.reads.begin() as session:
            for row in waiting.unreadable(session, study_id, revision, LISTED):
                print(f"  Face {row.face_id}: {row.reason}")
    except (DataError, EmolaError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    finally:
        work.database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
