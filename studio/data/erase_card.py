"""The card that erases a person or a face: whom, what that touches, then the same once more with a reason."""

from studio.data import fields
from studio.data.erasing import MOST_REASON

WHOM = (("subject", "a person, by their code"), ("face", "one face, by its number"))


def erase_card() -> str:
    """Return the card, with nothing found yet."""
    find = (
        '<form data-part="erase-find" class="fields">'
        + fields.select("kind", "Whom", WHOM)
        + fields.text("wanted", "Code or number", "P07")
        + '<p class="refused" data-part="erase-refused" role="alert" hidden></p>'
        '<p class="buttons"><button type="submit">See what it touches</button></p></form>'
    )
    reason = (
        '<label class="field" data-field="reason"><span class="name">Reason</span>'
        f'<textarea name="reason" rows="2" maxlength="{MOST_REASON}" required '
        'placeholder="asked for by letter on 3 March"></textarea>'
        '<span class="says">Kept with the erasure. Name nobody in it.</span></label>'
    )
    confirm = (
        '<form data-part="erase-form" class="fields" hidden>'
        '<div data-part="erase-found" class="erase-found" tabindex="-1"></div>'
        + fields.text("typed", "Type the code or number again", "", "It cannot be undone.")
        + reason
        + '<p class="buttons"><button type="submit" class="danger">Erase for good</button>'
        '<button type="button" data-do="erase-cancel">Cancel</button></p></form>'
    )
    return (
        '<section class="card erase" data-part="erase" aria-labelledby="data-erase">'
        '<h2 id="data-erase">Erase a person or a face</h2>'
        "<p>With pictures, labels, predictions and answers, here and on the hub.</p>"
        f'{find}{confirm}<div data-part="erase-job"></div><ul data-part="erase-remains"></ul></section>'
    )
