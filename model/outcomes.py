"""Pictures to predictions, whatever is wrong with some of them, and each as a line of JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence

from model.errors import EmolaError
from model.prediction import Prediction
from model.tasks import TASKS


def outcomes(
    predictor,
    images: Iterable[str],
    *,
    face: int = 0,
    tasks: Sequence[str] = tuple(TASKS),
    batch_size: int = 8,
) -> Iterator[tuple[str, Prediction | EmolaError]]:
    """Yield each picture with its prediction, or with the error that kept it from one, in order."""
    batch: list[tuple[str, object]] = []
    for image in images:
        try:
            batch.append((image, predictor.look(image, face)))
        except EmolaError as error:
            batch.append((image, error))
        if len(batch) >= batch_size:
            yield from _answered(predictor, batch, tasks)
            batch = []
    yield from _answered(predictor, batch, tasks)


def _answered(predictor, batch, tasks) -> Iterator[tuple[str, Prediction | EmolaError]]:
    looks = [found for _, found in batch if not isinstance(found, EmolaError)]
    predictions = iter(predictor.predict_looks(looks, tasks))
    for image, found in batch:
        yield image, found if isinstance(found, EmolaError) else next(predictions)


def json_line(image: str, outcome: Prediction | EmolaError) -> str:
    """Return the line of `--json` about a picture."""
    facts = {"error": str(outcome)} if isinstance(outcome, EmolaError) else outcome.as_dict()
    return json.dumps({"image": image, **facts})
