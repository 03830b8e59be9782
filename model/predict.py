"""A picture to a `Prediction`: the names that others use, and the command.

    python -m model.predict PICTURE... [--json] [--base DIR] [--adapter DIR] [--out FOLDER [--ray]]

The work is done in `model.predictor`; what comes out is described in `model.prediction`.
"""

from model.prediction import Look, PartialAnswer, Prediction
from model.predictor import MINI, Predictor

__all__ = ["MINI", "Look", "PartialAnswer", "Prediction", "Predictor"]

if __name__ == "__main__":
    from model.predict_files import main

    raise SystemExit(main())
