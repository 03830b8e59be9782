"""Whether English denies what it mentions: "no sign of X", "X is not present", "neither X nor Y".

Works on the words around a mention, inside its clause; what a clause is, the tasks say. A denial ends at
the next finite verb ("the absence of a smile suggests sadness"), and double negation asserts ("X is not
absent"). Not covered: irony, conditionals beyond "would", and denials that reach over a sentence's end.
"""

import re

REACH = 200
"""Characters around a mention in which its denial must stand; else texts without full stops take long."""


def _any(*phrases: str) -> str:
    """A pattern for any of some phrases; a blank in a phrase is any white space."""
    return "(?:" + "|".join(phrases).replace(" ", r"\s+") + ")"


_NEGATOR = re.compile(
    rf"""\b{_any(
        "no", "not", "never", "neither", "nor", "none", "nothing", "nobody", "without", "cannot",
        "lacks?", "lacking", "absent", "absence", "missing", "inactive", "devoid", "free (?:of|from)",
        "far from",
        "rule[sd]? out", "ruling out", "exclud(?:es?|ed|ing)", "except(?:ing)?", "apart from", "minus",
        "unlikely",
        "rather than", "instead of", "other than", "(?:as )?opposed to", "unlike", "different from",
        "anything but",
        "hardly any", "fail(?:s|ed)? to", "(?:mistaken|confused) (?:for|with)",
        "(?:would|might) (?:think of|expect)",
        "(?:wrong|incorrect|inaccurate|misleading|a mistake) to",
    )}\b""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
# Negators that deny nothing about what follows them, or deny everything but that.
_NOT_A_DENIAL = re.compile(
    rf"""\b(?:{_any(
        "(?:no|without|beyond)(?: an?| any)? (?:doubt|question|mistaking)", "no longer neutral",
        "not (?:only|just|merely|simply|solely)",
        "(?:cannot|(?:can|could|do|does|did) not|hard to|hardly|impossible to|unable to|nobody (?:can|could)"
        "|no one (?:can|could)) (?:hide|miss|exclude|rule out|overlook|deny|conceal|mask|suppress)",
        "(?:can|could) not be (?:any )?more", "impossible not to", "not (?:yet )?(?:lost|lose|losing)",
        "not (?:be )?(?:absent|missing|lacking|without|lack)",
    )}
    |{_any("no", "none", "nothing", "nobody", "not", "never")}\b[^.;:,!?]*?
     \b{_any("but", "except(?: for)?", "other than", "apart from", "besides", "beyond", "more than")})\b""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
# A finite verb after a denied noun starts an assertion; after "not" or "to" it doesn't.
_ASSERTS = re.compile(
    rf"""(?<!not\s)(?<!\bto\s)(?<!never\s)\b{_any(
        "is", "are", "was", "were", "has", "have", "implies", "imply",
        "(?:suggest|indicate|seem|convey|look|show|mean|point|reveal|express|read|appear|signal|reflect|display|exhibit"
        "|hint|make|give|use|combine)s?(?! of)", "smiles", "laughs", "frowns",
    )}\b""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
# Subjects and frames whose denial reaches over the verb: "nothing suggests X", "I do not think that it is X".
_REACHES_OVER_VERBS = re.compile(
    rf"""\b(?:{_any(
        "nothing", "nobody", "none", "neither", "whether",
        "hardly (?:look|seem|appear|resemble|convey|suggest|show)s?",
        "nor (?:is|are|was|were|does|do|did|can|has|have)",
        "no (?:one|(?:sign|evidence|cue|part|feature|movement|muscle)s?)",
    )}
    |{_any("not", "never", "cannot")}\s+(?:\w+\s+)?{_any(
        "think", "believe", "say", "claim", "conclude", "mean", "the case", "true", "likely", "that",
        "evidence", "signs?",
    )})\b""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
_PRESENT = _any(
    "present", "visible", "shown?", "seen?", "evident", "apparent", "detect(?:ed|able)", "observ(?:ed|able)",
    "convey(?:ed)?", "express(?:ed)?", "appears?", "there", "indicated?", "found", "activ(?:e|ated)", "coded",
    "involved",
    "displayed?", "exhibited", "noticeable", "recogni[sz](?:ed|able)", "confirmed", "identified",
    "occur(?:s|ring)?", "on",
    "at (?:play|work)", "part of (?:it|this)", "among",
    "used", "in use", "discernible", "suggested", "the case",
)  # fmt: skip
_ABSENT = _any(
    "absent", "absence", "missing", "lacking", "inactive", "ruled out", "excluded", "nowhere", "unlikely",
    "(?:hardly|scarcely) likely", "(?:the |an? )?(?:wrong|incorrect|mistaken|poor)",
    "off",
    "invisible", "undetect\\w+", "deactivated", "unused",
)  # fmt: skip
_AUXILIARY = _any(
    "(?:(?:which|that|who) )?(?:is|are|was|were|does|do|did|has|have|had|can|could|may|will|be|being)",
    "seems?", "appears?", "remains?", "looks?", "stays?",
)  # fmt: skip
_ADVERBS = rf"""(?:{_any(
    "at all", "clearly", "entirely", "completely", "really", "here", "now", "also", "been", "be", "being",
    "both", "all", "each", "actually", "quite", "currently", "to", "therefore", "thus", "hence", "definitely",
)}\s+)*"""  # fmt: skip
_NO_SIGN = (
    r"no\s+(?:\w+\s+)?(?:signs?|evidence|activ\w+|movements?|code|traces?|marks?|indications?|hints?)\b"
)
_DENIED_AFTER = re.compile(
    rf"""(?:\s+(?:look|expression|face|impression)\b)?(?:['’]s)?[\s"'’”,:()\[\]=?–—-]*
    (?:{_any("which", "that", "both", "all", "each", "here", "clearly", "i", "we")}\b[\s,]*)*
    (?:
      (?:{_AUXILIARY}\s+)?{_ADVERBS}
      (?:{_any("not", "never", "neither", "cannot", "no longer", "fails? to", "nowhere")}\b(?:\s+at\s+all\b)?
         (?:\s+{_ADVERBS}{_PRESENT}\b | (?=\s*(?:[.,;!?)\n]|$|\bbut\b)))
        |{_ABSENT}\b)
      |{_any("has", "have", "shows?", "receives?", "gets?")}\s+{_NO_SIGN}
      |(?:{_any("there (?:is|are)", "i see")}\s+)?{_NO_SIGN}
      |{_any("see", "find", "detect", "there (?:is|are)")}\s+none\b
      |{_any("would", "(?:might|could|should) have")}\b
      |(?:that\s+)?{_any("one", "you", "we")}\s+{_any("would", "might", "could")}\s+(?:expect|suspect)\b
      |(?:no|none|false|0(?:\.0+)?)(?=\s*(?:[,;!?)\]\n|]|\.(?!\d)|$))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# "Other than X, nothing is active" says X.
_EXCEPTED = re.compile(
    rf"\b{_any('other than', 'apart from', 'aside from', 'besides', 'except(?: for)?')}\s+(?:\w+\s+){{0,2}}$",
    re.IGNORECASE,
)
_NOTHING_ELSE = re.compile(r"[^.;!?]{0,60}?\b(?:nothing|none|no)\b", re.IGNORECASE)
_CONTRACTED = re.compile(r"(?:\b(ca)n|n)['’]t\b", re.IGNORECASE)


def denied_before(clause: str, after: str = "") -> bool:
    """Return whether the words of a clause before a mention deny it; `after` is what follows the mention."""
    if _EXCEPTED.search(clause[-REACH:]) and _NOTHING_ELSE.match(after):
        return False
    words = _NOT_A_DENIAL.sub(" ", _spelt_out(clause[-REACH:]))
    return bool(_REACHES_OVER_VERBS.search(words) or _NEGATOR.search(_ASSERTS.split(words)[-1]))


def denied_after(text: str, position: int) -> bool:
    """Return whether what follows a mention, which ends at `position`, denies it."""
    return bool(_DENIED_AFTER.match(_spelt_out(text[position : position + REACH])))


def _spelt_out(text: str) -> str:
    """ "isn't" as "is not", "can't" as "can not"."""
    return _CONTRACTED.sub(lambda match: f"{match[1]}n not" if match[1] else " not", text)
