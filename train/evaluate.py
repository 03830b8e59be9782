"""The command that runs a model over a split and scores it both ways.

    python -m train.evaluate --dataset data/FABAInstruct --base weights/base --adapter weights/au --out runs/e
    python -m train.evaluate --dataset eval_au_anno.json --task au --out runs/au
    python -m train.evaluate --dataset drawn:1000 --out runs/mini          # the built-in mini, drawn faces
    python -m train.evaluate --dataset drawn:1000 --without prior --out runs/no-prior --against runs/mini

Answers are written as they come: after a kill, the same command goes on where it was. Exit status: 0 scored;
2 nothing scored, and the message says why; 130 interrupted. Figures go to standard output, the bar and notes
to standard error.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from model.errors import EmolaError
from model.landmarks import EXPERTS
from model.tasks import TASKS
from train.bench.errors import BenchError
from train.bench.tables import DATASETS
from train.evaluation import report
from train.evaluation.log import open_log
from train.evaluation.run import WITHOUT, ask
from train.evaluation.set import EvaluationSet, read_set


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments."""
    made = argparse.ArgumentParser(
        prog="python -m train.evaluate", description="Run a model over a split and score its answers."
    )
    made.add_argument(
        "--dataset",
        required=True,
        metavar="PLACE",
        help="FABA-Instruct's folder, one of its evaluation files, or drawn:N or drawn:N:SEED",
    )
    made.add_argument(
        "--split", help="of a folder: eval (default); of drawn faces: test (default), validation"
    )
    made.add_argument(
        "--task", choices=tuple(TASKS), action="append", default=[], help="this only (default: all)"
    )
    made.add_argument("--labels", choices=tuple(DATASETS), default="FABA", help="label table (default FABA)")
    made.add_argument("--out", type=Path, required=True, help="folder for answers and report")
    made.add_argument("--against", type=Path, metavar="DIR", help="another evaluation's --out: a paired test")
    made.add_argument("--without", choices=WITHOUT, help="take the facial prior, or the picture, away")
    made.add_argument("--json", action="store_true", help="print everything as one JSON object")
    model = made.add_argument_group("the model")
    model.add_argument("--base", help="folder or hub id (default: the built-in mini)")
    model.add_argument("--adapter", help="adapter that answers both questions")
    model.add_argument("--adapter-au", help="adapter that answers the action unit question")
    model.add_argument("--adapter-emotion", help="adapter that answers the emotion question")
    model.add_argument("--expert", choices=tuple(EXPERTS), help="default: the one that the weights need")
    model.add_argument("--expert-model", help="the expert's weights, such as 2d106det.onnx")
    model.add_argument("--device", default="cpu", help="cpu, cuda, mps (default: cpu)")
    model.add_argument("--dtype", default="float32", help="float32, bfloat16, float16 (default: float32)")
    model.add_argument("--batch-size", type=int, default=16, help="faces answered together (default: 16)")
    return made


def main(arguments: Sequence[str] | None = None, predictor=None) -> int:
    """Run the command and return its exit status. predictor: ask this one and load none."""
    args = parser().parse_args(arguments)
    if args.batch_size < 1:
        parser().error(f"--batch-size is {args.batch_size}; give 1 or more")
    try:
        return _run(args, predictor)
    except EmolaError as error:
        print(f"train.evaluate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("train.evaluate: interrupted. The same command goes on from here.", file=sys.stderr)
        return 130


def _run(args: argparse.Namespace, predictor) -> int:
    asked = read_set(args.dataset, split=args.split, tasks=args.task, table=args.labels)
    if args.against and not (args.against / report.FOLDER).is_dir():
        raise BenchError(
            f"--against: {args.against} holds no report. Give the --out of a finished evaluation."
        )
    predictor = predictor or _load(args)
    _check_tasks(asked, predictor.tasks)
    about = {
        "dataset": args.dataset,
        "labels": args.labels,
        "model": _model_name(args),
        "revisions": predictor.revisions,
        "without": args.without,
        "dtype": args.dtype,
    }
    run = {**{key: about[key] for key in ("revisions", "without", "dtype")}, "asked": asked.digest}
    with open_log(args.out, run, [face.name for face in asked.faces], args.batch_size) as log:
        if log.answered:
            print(f"Goes on after {len(log.answered)} of {len(asked.faces)} faces.", file=sys.stderr)
        ask(predictor, asked.faces, log, batch_size=args.batch_size, without=args.without)
        found, pages = report.score(asked, log.answered, about, args.against)
        folder = report.write(args.out, found, pages)
    for note in [*found["notes"], *report.remarks(found)]:
        print(note, file=sys.stderr)
    print(f"Report: {folder}", file=sys.stderr)
    print(json.dumps(found, ensure_ascii=False) if args.json else report.table(found))
    return 0


def _check_tasks(asked: EvaluationSet, answered: Sequence[str]) -> None:
    missing = [task for task in asked.tasks if task not in answered]
    if missing:
        raise BenchError(
            f"The set has labels for {', '.join(asked.tasks)}, but this model answers {', '.join(answered)} "
            f"only. Give an adapter for {', '.join(missing)}, or --task {' '.join(answered)}."
        )


def _model_name(args: argparse.Namespace) -> str:
    places = (args.base or "the built-in mini", args.adapter, args.adapter_au, args.adapter_emotion)
    return " + ".join(place for place in places if place)


def _load(args: argparse.Namespace):
    from model.predictor import Predictor  # late: bad arguments need not wait for torch

    return Predictor(
        args.base,
        args.adapter,
        args.adapter_au,
        args.adapter_emotion,
        expert=args.expert,
        expert_options={"model_path": args.expert_model} if args.expert_model else None,
        device=args.device,
        dtype=args.dtype,
    )


if __name__ == "__main__":
    sys.exit(main())
