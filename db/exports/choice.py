"""What is to be exported, and how much of it."""

from dataclasses import dataclass

from db.errors import DataError
from db.models.faces import SPLITS

FORMS = ("faba", "csv", "parquet")
LABELS = ("gold", "accepted", "each")


@dataclass(frozen=True)
class Choice:
    """`labels`: gold (only what was decided), accepted (gold where there is, else what a face's annotators
    agree on) or each (a row for gold and for each annotator). `unlabelled`: faces of which nothing is known
    too. `splits`: of these only, none: all; `study`: of this study's faces only. `subjects`: the pseudonyms
    of the people shown; `history`: all saves and decisions, the superseded ones too; `pictures`: the picture
    files.
    """

    form: str = "parquet"
    labels: str = "accepted"
    unlabelled: bool = False
    splits: tuple[str, ...] = ()
    study: str = ""
    subjects: bool = False
    history: bool = False
    pictures: bool = True

    def __post_init__(self):
        """Raise DataError where the choice cannot be met."""
        for name, value, allowed in (("form", self.form, FORMS), ("labels", self.labels, LABELS)):
            if value not in allowed:
                raise DataError(f"{value!r} is no {name} of an export. Allowed: {', '.join(allowed)}.")
        if unknown := set(self.splits).difference(SPLITS):
            raise DataError(f"{', '.join(sorted(unknown))} is no split. Allowed: {', '.join(SPLITS)}.")
        if self.form == "faba" and self.labels == "each":
            raise DataError(
                "FABA-Instruct's form has one answer for a face and task. Choose gold or accepted labels, or "
                "CSV or Parquet for each annotator's."
            )
