"""What the mini EmoLA is worth on drawn people it has never seen, by the path that a visitor's picture takes.

    python -m model.mini.evaluate                  # 1,000 faces of the test split, as a table
    python -m model.mini.evaluate --json --n 2000
    python -m model.mini.evaluate --base runs/mini-without-prior      # another model on the same faces
    python -m model.mini.evaluate --calibrate      # fit calibration.json on the validation split instead

Landmarks are found by the mini's own expert; a face that it does not find counts as an answer that names
nothing. F1 is the mean over AUs, each from its counts over all faces; ROUGE-L F is rouge_score's, per
answer against one text written for the true labels, averaged. All figures are fractions. Drawn faces
only: this says nothing about photographs.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model.calibration import expected_calibration_error, fit_any_of, fit_one_of, write_calibration
from model.errors import NoFaceFound
from model.facs import FABA, FABA_SCORED
from model.mini.faces import DrawnFace, faces
from model.mini.rationale import au_rationale, emotion_rationale
from model.predict import MINI, Prediction, Predictor
from model.tasks import TASKS

BATCH = 32


def predictions(predictor: Predictor, drawn: list[DrawnFace]) -> list[Prediction | None]:
    """The prediction of each picture's largest face; None where no face was found."""
    found: list[Prediction | None] = []
    for start in tqdm(range(0, len(drawn), BATCH), desc="answers", disable=None):
        looks = []
        for face in drawn[start : start + BATCH]:
            try:
                looks.append(predictor.look(face.picture))
            except NoFaceFound:
                looks.append(None)
        answers = iter(predictor.predict_looks([look for look in looks if look]))
        found += [next(answers) if look else None for look in looks]
    return found


def counts(drawn: list[DrawnFace], found: list[Prediction | None]) -> tuple[np.ndarray, np.ndarray]:
    """(truth, said): (faces, 20) of 0/1, in FABA's order."""
    truth = np.array([[code in face.intensities for code in FABA] for face in drawn], bool)
    said = np.array([[p is not None and code in p.action_units for code in FABA] for p in found], bool)
    return truth, said


def f1_by_unit(truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """F1 of each of the 20 AUs; 0 where nothing was right."""
    hits = (truth & said).sum(0)
    return dict(zip(FABA, (2 * hits / np.maximum(truth.sum(0) + said.sum(0), 1)).tolist(), strict=True))


def rouge(drawn: list[DrawnFace], found: list[Prediction | None]) -> dict[str, float]:
    """Mean ROUGE-L F of each task's answers against a text for the true labels."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    sums = {"au": 0.0, "emotion": 0.0}
    for number, (face, p) in enumerate(zip(drawn, found, strict=True)):
        rng = np.random.default_rng((77, number))
        texts = {
            "au": au_rationale(face.intensities, rng),
            "emotion": emotion_rationale(face.emotion, face.intensities, rng),
        }
        for task, text in texts.items():
            sums[task] += scorer.score(text, p.rationales[task])["rougeL"].fmeasure if p else 0.0
    return {task: value / len(drawn) for task, value in sums.items()}


def intervals(
    drawn: list[DrawnFace], found: list[Prediction | None], rounds: int = 1000
) -> dict[str, list[float]]:
    """95 % bootstrap intervals over faces of the headline figures."""
    truth, said = counts(drawn, found)
    right = np.array(
        [p is not None and p.emotion == face.emotion for face, p in zip(drawn, found, strict=True)]
    )
    scored = [FABA.index(code) for code in FABA_SCORED]
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(rounds):
        pick = rng.integers(len(drawn), size=len(drawn))
        f1 = np.array(list(f1_by_unit(truth[pick], said[pick]).values()))
        rows.append((f1[scored].mean(), f1.mean(), right[pick].mean()))
    low, high = np.percentile(rows, [2.5, 97.5], axis=0)
    return {
        name: [float(a), float(b)]
        for name, a, b in zip(("au_f1_scored", "au_f1_all", "emotion_accuracy"), low, high, strict=True)
    }


def measure(predictor: Predictor, drawn: list[DrawnFace]) -> dict:
    """Every figure of the mini's table, as plain numbers."""
    start = time.perf_counter()
    found = predictions(predictor, drawn)
    seconds = time.perf_counter() - start
    truth, said = counts(drawn, found)
    by_unit = f1_by_unit(truth, said)
    answered = [(face, p) for face, p in zip(drawn, found, strict=True) if p]
    probabilities = np.array([[p.au_probabilities[code] for code in FABA] for _, p in answered])
    sure = np.array([max(p.emotion_probabilities.values()) for _, p in answered])
    likeliest = [max(p.emotion_probabilities, key=p.emotion_probabilities.get) for _, p in answered]
    right = [p is not None and p.emotion == face.emotion for face, p in zip(drawn, found, strict=True)]
    return {
        "faces": len(drawn),
        "faces_found": len(answered) / len(drawn),
        "au_f1_scored": float(np.mean([by_unit[code] for code in FABA_SCORED])),
        "au_f1_all": float(np.mean(list(by_unit.values()))),
        "au_f1": by_unit,
        "au_support": dict(zip(FABA, truth.sum(0).tolist(), strict=True)),
        "emotion_accuracy": float(np.mean(right)),
        "rouge_l": rouge(drawn, found),
        "ece": {
            "au": expected_calibration_error(probabilities, truth[[p is not None for p in found]]),
            "emotion": expected_calibration_error(
                sure, [e == face.emotion for e, (face, _) in zip(likeliest, answered, strict=True)]
            ),
        },
        "interval_95": intervals(drawn, found),
        "seconds_a_face_in_batches": seconds / len(drawn),
        "revisions": predictor.revisions,
    }


def calibrate(predictor: Predictor, drawn: list[DrawnFace]) -> dict[str, dict[str, float]]:
    """One temperature a task, from held-out faces; the predictor's own are set aside."""
    predictor.temperatures = dict.fromkeys(predictor.temperatures, 1.0)
    answered = [(face, p) for face, p in zip(drawn, predictions(predictor, drawn), strict=True) if p]
    present = np.array([[code in face.intensities for code in FABA] for face, _ in answered])
    labels = TASKS["emotion"].labels
    return {
        "au": fit_any_of(
            np.array([[p.au_probabilities[code] for code in FABA] for _, p in answered]), present
        ),
        "emotion": fit_one_of(
            np.array([[p.emotion_probabilities[label] for label in labels] for _, p in answered]),
            np.array([labels.index(face.emotion) for face, _ in answered]),
        ),
    }


def table(figures: dict) -> str:
    """The figures for people: a Markdown table and the AUs in one line."""
    span = {name: f" ({low:.3f} to {high:.3f})" for name, (low, high) in figures["interval_95"].items()}
    rows = [
        ("AU F1, 12 scored", f"{figures['au_f1_scored']:.3f}{span['au_f1_scored']}"),
        ("AU F1, all 20", f"{figures['au_f1_all']:.3f}{span['au_f1_all']}"),
        ("lowest AU", "{} {:.3f}".format(*min(figures["au_f1"].items(), key=lambda item: item[1]))),
        ("emotion accuracy", f"{figures['emotion_accuracy']:.3f}{span['emotion_accuracy']}"),
        ("ROUGE-L AU / emotion", f"{figures['rouge_l']['au']:.3f} / {figures['rouge_l']['emotion']:.3f}"),
        ("ECE AU / emotion", f"{figures['ece']['au']:.3f} / {figures['ece']['emotion']:.3f}"),
        ("faces found", f"{figures['faces_found']:.3f}"),
        ("seconds a face, in batches", f"{figures['seconds_a_face_in_batches']:.3f}"),
    ]
    units = "  ".join(f"{code} {value:.2f}" for code, value in figures["au_f1"].items())
    lines = [
        f"| {figures['faces']} held-out drawn faces | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows),
    ]
    return "\n".join([*lines, "", units])


def main(argv: list[str] | None = None) -> int:
    """Measure, or calibrate, as the command line says; prints what it found and gives 0."""
    parser = argparse.ArgumentParser(
        prog="python -m model.mini.evaluate", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--n", type=int, default=1000, help="how many faces (default 1000)")
    parser.add_argument("--split", choices=("test", "validation"), default="test")
    parser.add_argument(
        "--base", type=Path, default=MINI, help="folder of the model to measure (default: the shipped mini)"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes that draw")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument(
        "--calibrate", action="store_true", help="fit calibration.json on the validation split and write it"
    )
    args = parser.parse_args(argv)
    predictor = Predictor(args.base, device=args.device, expert="mini")
    split = "validation" if args.calibrate else args.split
    drawn = list(faces(split, range(args.n), workers=args.workers))
    if args.calibrate:
        figures = calibrate(predictor, drawn)
        write_calibration(args.base, figures)
    else:
        figures = measure(predictor, drawn)
    print(json.dumps(figures, indent=2) if args.json or args.calibrate else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
