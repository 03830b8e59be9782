"""How the paper's scorer reads an emotion: its rules as published, its defects included.

Denying sentences are removed, the first keyword of the first sentence wins, else the most counted one,
and happiness where there is none. The rules and word lists are those that explain every golden record of
the reference's outputs; where no record says whether a word belongs to a list, it is left out. Use
`train.bench.corrected` for what an answer means.
"""

import re

from train.bench.tables import EMOTIONS

_KEYWORDS = {
    "happiness": """
        happiness happy joy joyful smile smiling content contentment relaxed relaxation amused amusement
        positive positivity cheerful bright lightheartedness friendly pleasant warmth
    """,
    "sadness": "sadness crying distress somber anguish concern discomfort",
    "surprise": """
        surprise surprised puzzled disbelief confusion bewilderment excitement curiosity curious wonder
        astonishment startled skepticism uncertainty
    """,
    "anger": """
        anger displeased irate irritated enraged incensed stern outraged mad annoyed frustration agitation
        serious
    """,
    "neutral": "neutral neutrality contemplative thoughtful solemn calm mild focused concerned",
    "disgust": "disgust disgusted discomfort displeasure disapproval disdain distaste contempt",
    "fear": "fear shock anxiety apprehension tension focus worry alarm alertness panic contemplation",
}
# One word may count for two emotions; where it comes first, the earlier emotion has it.
_EMOTIONS_OF = {
    word: tuple(emotion for emotion in EMOTIONS if word in _KEYWORDS[emotion].split())
    for words in _KEYWORDS.values()
    for word in words.split()
}
_KEYWORD = re.compile(rf"\b(?:{'|'.join(sorted(_EMOTIONS_OF, key=len, reverse=True))})\b", re.IGNORECASE)
# Parts of words, so "no" also finds "nose" and "know"; "doesn't", "don't" and typeset apostrophes pass.
_DENIALS = ("no", "isn't", "won't", "shouldn't")
# One white space after "." or "?", unless an abbreviation ("i.e.", "U.S.", "Dr.") stands before it.
_SENTENCE_END = re.compile(r"(?<!\w\.\w.)(?<![A-Z][a-z]\.)(?<=[.?])\s")
_FIRST_SENTENCE = re.compile(r".*?[.!?]")


def without_negated_sentences(text: str) -> str:
    """Return the text less each sentence that the paper's rules take for a denial, joined by blanks."""
    sentences = _SENTENCE_END.split(text)
    return " ".join(each for each in sentences if not any(word in each.lower() for word in _DENIALS))


def read_emotion(text: str) -> str | None:
    """Return the emotion that the paper's rules read; None where the reference crashes.

    It crashes on a text whose first line has no `.`, `!` or `?`.
    """
    # Where every sentence is taken for a denial, the reference reads the text as it was.
    kept = without_negated_sentences(text) or text
    first_sentence = _FIRST_SENTENCE.match(kept)
    if first_sentence is None:
        return None
    if keyword := _KEYWORD.search(first_sentence[0]):
        return _EMOTIONS_OF[keyword[0].lower()][0]
    counts = dict.fromkeys(EMOTIONS, 0)
    for keyword in _KEYWORD.findall(kept):
        for emotion in _EMOTIONS_OF[keyword.lower()]:
            counts[emotion] += 1
    # Of equals the first, hence happiness where nothing was counted.
    return max(EMOTIONS, key=counts.__getitem__)
