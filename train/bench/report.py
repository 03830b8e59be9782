"""The report: one HTML page that needs nothing beside itself, no network and no script.

Every text from a file is escaped, and the page's own policy forbids it to load anything. It is written
under another name first, so that it appears whole or not at all.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from model.tasks import TASKS
from train.bench.cases import Case
from train.bench.errors import BenchError
from train.bench.result import label_rows, number, remarks, rows, span
from train.bench.tables import EMOTIONS

NAME = "report.html"
_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_ROW, _LEFT, _WIDTH = 26, 90, 420


def write(page: str, folder: Path) -> Path:
    """Write the page as report.html into a folder, made if need be; return its path. Raises BenchError."""
    target = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=".report-", suffix=".html", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(page)
            os.chmod(unfinished, 0o644)
            os.replace(unfinished, target)
        except BaseException:
            os.unlink(unfinished)
            raise
    except OSError as error:
        raise BenchError(f"The report cannot be written to {folder} ({error.strerror}).") from error
    return target


def page(
    about: Mapping[str, Any], results: Mapping[str, Mapping], cases: Sequence[Case], notes: Iterable[str]
) -> str:
    """Return the page. about: task, dataset, truth, answers, against (or None), faces."""
    title = f"FABA-Bench: {TASKS[about['task']].title.lower()}, {about['dataset']}"
    sections = [section for result in results.values() for section in _sections(result)]
    files = f"{about['faces']} faces · truth {about['truth']} · answers {about['answers']}"
    if about.get("against"):
        files += f" · compared with {about['against']}"
    every = [*notes, *(remark for result in results.values() for remark in remarks(result))]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p class="soft">{escape(files)}</p>
<p>S_re: labels ({"mean F1 over AUs" if about["task"] == "au" else "accuracy"}); S_ge: texts (ROUGE-L);
S_rege is their sum. The paper's scorer repeats the published metric with its defects; the corrected one reads
what the answers say. Never compare one with the other.</p>
{"".join(f'<p class="note">{escape(note)}</p>' for note in every)}
{"".join(sections)}
{_worst(cases)}
</body>
</html>
"""


def _sections(result: Mapping[str, Any]) -> list[str]:
    name = {"paper": "The paper's scorer", "corrected": "The corrected scorer"}[result["scorer"]]
    parts = [
        f"<h2>{name}</h2>",
        _table(
            "Figures with 95 % intervals, and the smallest difference that these faces show between two "
            "models with unrelated errors (5 % level, 80 % power)",
            ("figure", "value", "95 % interval", "shows from"),
            rows(result),
        ),
    ]
    if "comparison" in result:
        parts.append(_comparison(result["comparison"]))
    if labels := label_rows(result):
        parts.append(_bars(labels))
    if "confusion" in result:
        parts.append(_confusion(result["confusion"]))
    return parts


def _comparison(figures: Mapping[str, Mapping]) -> str:
    lines = [
        (
            name,
            f"{each['difference']:+.1f}",
            span(each["low"], each["high"]),
            number(each["p"], 4),
            number(each["detectable"]),
        )
        for name, each in figures.items()
        if each["difference"] is not None
    ]
    return _table(
        "These answers minus the others', on the same faces (paired)",
        ("figure", "difference", "95 % interval", "p", "shows from"),
        lines,
    )


def _table(caption: str, head: Sequence[str], body: Iterable[Sequence[object]]) -> str:
    cells = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in body)
    lines = "".join(f"<tr>{row}</tr>" for row in cells)
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><div class="wide"><table>'
        f"<thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div></figure>\n"
    )


def _bars(lines: Sequence[tuple[str, float | None, tuple, int]]) -> str:
    """F1 of each label as a bar with its interval, and the same in words beside it."""
    parts = []
    for i, (name, f1, (low, high), support) in enumerate(lines):
        y = i * _ROW + 4
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        if f1 is None:
            text = "not counted"
        else:
            parts.append(
                f'<rect x="{_LEFT}" y="{y}" width="{f1 * _WIDTH:.1f}" height="18" rx="2" fill="var(--bar)"/>'
            )
            text = f"{f1:.2f}"
        if low is not None and f1 is not None:
            start, end = _LEFT + low * _WIDTH, _LEFT + high * _WIDTH
            parts.append(
                f'<path d="M{start:.1f} {y + 9}H{end:.1f}M{start:.1f} {y + 4}v10M{end:.1f} {y + 4}v10" '
                'stroke="var(--whisker)" stroke-width="1.5" fill="none"/>'
            )
            text += f" ({low:.2f} to {high:.2f})"
        parts.append(f'<text x="{_LEFT + _WIDTH + 12}" y="{y + 14}">{text}, {support} faces</text>')
    width, height = _LEFT + _WIDTH + 220, len(lines) * _ROW + 4
    return (
        "<figure><figcaption>F1 of each label, its 95 % interval, and the faces that show it</figcaption>"
        f'<div class="wide"><svg viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="F1 of each label">{"".join(parts)}</svg></div></figure>\n'
    )


def _confusion(counts: Sequence[Sequence[int]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("truth \\ said", *EMOTIONS, "none said"))
    lines = []
    for name, row in zip(EMOTIONS, counts, strict=True):
        total = max(sum(row), 1)
        cells = "".join(f'<td style="--part: {round(60 * count / total)}%">{count}</td>' for count in row)
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return (
        "<figure><figcaption>Confusion, counts of faces</figcaption>"
        '<div class="wide"><table class="confusion">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div></figure>\n"
    )


def _worst(cases: Sequence[Case]) -> str:
    if not cases:
        return "<h2>Worst cases</h2><p>Every face's labels were right.</p>"
    parts = []
    for case in cases:
        face = (
            f'<img src="{case.picture}" alt="The face {escape(case.id)}">'
            if case.picture
            else '<div class="none">The picture is not on this machine.</div>'
        )
        parts.append(
            f'<div class="case"><h3>{escape(case.id)}: should be {escape(case.wanted)}, '
            f"was read as {escape(case.said)}</h3><div>{face}</div>"
            f'<div><h4>Reference</h4><p class="text">{escape(case.reference)}</p></div>'
            f'<div><h4>Answer</h4><p class="text">{escape(case.answer) or "(empty)"}</p></div></div>'
        )
    return f"<h2>Worst cases</h2>{''.join(parts)}"
