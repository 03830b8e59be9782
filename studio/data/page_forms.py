"""The Data tab's forms: how imported faces are kept, the rules of a study, what is exported.

What stands in a choice is made from the tables' own names: a split or order that is new there needs its words
here, and a test says so.
"""

from db.exports.choice import FORMS, LABELS
from db.gold_sets import SHARE
from db.models.faces import SPLITS
from db.models.work import MODES, ORDERS
from db.study_rules import MOST_ANNOTATORS
from model.tasks import TASKS
from studio.data import fields

MODE_SAYS = {
    "open": ("Open", "Annotators see the model’s answer from the start. Quickest, but it leads the eye."),
    "blind": ("Blind", "They see the model’s answer only once they have saved their own."),
    "blind_then_revise": (
        "Blind, then revise",
        "They save their own first, then see the model’s and may correct; both are kept.",
    ),
}
ORDER_SAYS = {
    "first_in": "as they came in",
    "random": "shuffled, the same for everybody",
    "uncertain": "those the model is least sure of first",
    "disputed": "those on which annotators differ most first",
    "stratified": "one of each class in turn",
}
LABELS_SAY = {
    "accepted": ("Accepted", "Gold where there is, else what a face’s annotators agree on."),
    "gold": ("Gold only", "Only faces whose label was decided."),
    "each": ("Each annotator", "A row for gold and one for each annotator."),
}
FORMS_SAY = {
    "parquet": ("Parquet", "For Hugging Face datasets: pictures and labels in one file."),
    "csv": ("CSV", "For spreadsheets: a column for each label."),
    "faba": ("FABA-Instruct", "JSON and landmarks, as the EmoLA authors’ training code reads them."),
}
WITH = (
    ("pictures", "picture files", True),
    ("subjects", "subjects’ pseudonyms", False),
    ("history", "all saves before", False),
    ("unlabelled", "faces without labels", False),
)


def wishes() -> str:
    """Return how faces of an import are to be kept."""
    who = (("", "not known"), ("folder", "the folder’s name says it"), ("one", "one person"))
    splits = (("", "none yet"), *((split, split) for split in SPLITS))
    return (
        '<details class="wishes"><summary>How to keep them <span data-part="wishes-say"></span></summary>'
        '<form data-part="wishes" class="fields">'
        + fields.select("study", "Into the study", [], "Whose queue they wait in to be annotated.")
        + fields.select("split", "Split", splits, "What is in test is never trained on.")
        + fields.text("source", "Source", "upload", "Where they come from, to tell them apart later.")
        + fields.text(
            "neutral", "Names of faces at rest", "*neutral*", "A pattern: the faces to compare with."
        )
        + fields.select(
            "subject_mode", "Who they show", who, "A pseudonym: faces of one person, found together."
        )
        + fields.text("subject", "Pseudonym", "P07", hidden=True)
        + fields.select(
            "consent",
            "Consent",
            (("", "not known"), ("given", "given")),
            "Whether the people shown have agreed to this use.",
        )
        + fields.text("consent_reference", "Where it is kept", "form 12, drawer 3", hidden=True)
        + "</form></details>"
    )


def study_dialog() -> str:
    """Return the form that makes and changes a study."""
    return (
        '<dialog class="card" data-part="study-dialog" aria-labelledby="data-study-title">'
        '<form method="dialog" data-part="study-form" class="fields">'
        '<h2 id="data-study-title" data-part="study-title">New study</h2>'
        + fields.text("name", "Name", "pilot-2", "Annotators choose it by this name.")
        + fields.number(
            "overlap", "Annotators a face", 2, 1, MOST_ANNOTATORS, "Two or more show where people differ."
        )
        + fields.checks("tasks", "What is asked", [(name, task.title, True) for name, task in TASKS.items()])
        + fields.radios("mode", "The model’s answer", [(mode, MODE_SAYS[mode]) for mode in MODES])
        + fields.select(
            "face_order",
            "Order",
            [(order, ORDER_SAYS[order]) for order in ORDERS],
            "In which the faces are given.",
        )
        + fields.number(
            "gold_share", "Known gold faces, %", 0, 0, 50, "Slipped in unseen, to measure people by."
        )
        + '<label class="all-faces"><input type="checkbox" name="all_faces" checked> '
        "Put every face of the studio into it</label>"
        '<p class="fixed quiet" data-part="study-fixed" hidden>Somebody has begun: what is asked, how the '
        "model is shown and how many annotate a face stay as they are.</p>"
        '<p class="refused" data-part="study-refused" role="alert" hidden></p>'
        '<p class="buttons"><button type="submit" class="main-button" value="save">Save</button>'
        '<button type="button" data-do="close-dialog">Cancel</button></p></form></dialog>'
    )


def gold_set() -> str:
    """Return how much of the gold labels is set aside to measure with."""
    share = fields.number(
        "share",
        "Share of the gold labels, %",
        round(100 * SHARE),
        1,
        100,
        "The rest may be trained on. Faces of one person stay together.",
    )
    return (
        f'<form data-part="gold-form" class="fields" hidden>{share}'
        '<p class="refused" data-part="gold-refused" role="alert" hidden></p>'
        '<p class="buttons"><button type="submit" class="main-button">Freeze gold set</button></p></form>'
    )


def take() -> str:
    """Return what is to be exported."""
    splits = [(split, split, False) for split in SPLITS]
    return (
        '<form data-part="take" class="fields">'
        + fields.radios("form", "Form", [(form, FORMS_SAY[form]) for form in sorted(FORMS, key=_first)])
        + fields.radios("labels", "Labels", [(one, LABELS_SAY[one]) for one in sorted(LABELS, key=_first)])
        + fields.checks("splits", "Of the splits", splits, "none chosen: all")
        + fields.checks("", "With", WITH)
        + fields.select("study", "Of the study", [])
        + '<p class="refused" data-part="take-refused" role="alert" hidden></p>'
        '<p class="buttons"><button type="submit" class="main-button">Export</button>'
        '<span class="quiet">Erased faces are never in it.</span></p></form>'
    )


def _first(name: str) -> int:
    """Return an option's place: as they are explained above, the usual one first."""
    return [*FORMS_SAY, *LABELS_SAY].index(name)
