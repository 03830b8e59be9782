"""Truth labels as people and tools write them: "1, 2, 25", "1,2", "AU06", [1, 2]; what is none is refused.

The corrected scorer reads them so; the paper's own rule, which passes over what it doesn't know, is in
`paper_au`.
"""

import re
from collections.abc import Iterable

from train.bench.errors import BenchError

# Main codes, head, eyes, visibility and gross behaviour, as the FACS manual (2002) numbers them.
_FACS = {
    *range(1, 3), *range(4, 40), *range(41, 47), *range(51, 59), *range(61, 67), 68, 69,
    *range(70, 75), 80, 81, 82, 84, 85, 91, 92, 97, 98,
}  # fmt: skip
_TOKEN = re.compile(r"(?:AU[\s_-]?)?0*([1-9][0-9]?)(?:\.0+)?", re.IGNORECASE)


def action_units(label: object) -> list[str]:
    """Return the AU codes of a label: a string, a number, or a list of either; "" and "none" hold none.

    Raises BenchError for what is no AU of FACS; an AU that a data set doesn't code is left in.
    """
    if isinstance(label, str):
        tokens: Iterable[object] = re.split(r"[\s,;/+\[\]()'\"]+", re.sub(r"(?i)\bAU\s+", "AU", label))
    elif isinstance(label, Iterable):
        tokens = label
    else:
        tokens = (label,)
    found = []
    for token in tokens:
        text = "" if token is None else str(token).strip()
        if token is not None and text.lower() in ("", "none"):
            continue
        match = _TOKEN.fullmatch(text)
        if match is None or isinstance(token, bool) or int(match[1]) not in _FACS:
            raise BenchError(
                f"AU label {label!r} holds {text!r}, which is no action unit. "
                'Allowed: numbers of the Facial Action Coding System, as in "1, 2, 25", or "" for none.'
            )
        found.append(f"AU{int(match[1])}")
    return found
