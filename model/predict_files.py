"""The command `python -m model.predict`: pictures in, a prediction for each out, in the same order.

    python -m model.predict face.jpg other.jpg --json
    python -m model.predict faces/ --out answers                         # kept in files; killed, goes on
    python -m model.predict faces.parquet --out answers --ray --workers 4

A file that cannot be read, or shows no face, is reported on standard error and the others go on; the exit
status is then 1. It is 2 where the model itself cannot be loaded. `--json` prints one JSON object a line,
`{"image": ..., "error": ...}` for a bad file; `--out` keeps these lines in a folder (`model.bulk`), in any
order. Only the face that `--face` says is read, the largest by default. A picture given twice is read once.
"""

import sys
from collections.abc import Sequence

from tqdm import tqdm

from model import predict_options
from model.bulk.run import main as keep_answers
from model.bulk.sources import pictures
from model.errors import EmolaError
from model.outcomes import json_line, outcomes
from model.prediction import Prediction


def describe(prediction: Prediction) -> str:
    """The prediction as a few lines for people."""
    lines = []
    if "emotion" in prediction.rationales:
        chance = prediction.emotion_probabilities.get(prediction.emotion or "")
        lines.append(
            f"  emotion  {prediction.emotion or 'none named'}"
            + (f" {chance:.0%}" if chance is not None else "")
        )
        lines.append(f"           {prediction.rationales['emotion']}")
    if "au" in prediction.rationales:
        units = (f"{unit} {prediction.au_probabilities[unit]:.0%}" for unit in prediction.action_units)
        lines.append(f"  AUs      {', '.join(units) or 'none'}")
        lines += [f"           {line}" for line in prediction.rationales["au"].splitlines()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, predictor=None) -> int:
    """Run the command and return its exit status. predictor: use this one and load none."""
    options = predict_options.parse(arguments)
    make = predict_options.maker(options) if predictor is None else lambda: predictor
    try:
        if options.out:
            return keep_answers(options, make)
        images = pictures(options.sources, options.column)
        predictor = make()
    except EmolaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    found = outcomes(
        predictor,
        images,
        face=options.face,
        tasks=predict_options.tasks(options),
        batch_size=options.batch_size,
    )
    failed = 0
    progress = tqdm(found, total=len(images), unit="picture", disable=len(images) < 2)
    for image, outcome in progress:
        bad = isinstance(outcome, EmolaError)
        failed += bad
        if bad:
            tqdm.write(f"{image}: {outcome}", file=sys.stderr)
        if options.json:
            tqdm.write(json_line(image, outcome))
        elif not bad:
            tqdm.write(f"{image}\n{describe(outcome)}")
    progress.close()
    if failed:
        print(f"{failed} of {len(images)} pictures could not be read.", file=sys.stderr)
    return 1 if failed else 0
