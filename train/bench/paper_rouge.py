"""ROUGE-L as the paper computes it: package `rouge` 1.0.1, summary level, over sets of words.

Defined there: a text is split at ".", each sentence into words; for each reference sentence the longest
common subsequences with all of the answer's sentences are united, and the new distinct words in that
union counted. Recall and precision divide their sum by the distinct words of reference and answer;
F = 2pr / (p + r + 1e-8). This is not Lin's (2004) definition: a word counts once, however often it comes.
Written from that definition, since the package rebuilds a subsequence by recursion and dies on long texts.
"""

RECURSION_LIMIT = 991
"""Steps from a subsequence's end to its start after which the package dies: Python's 1000 less its callers.

The exact number depends on how deep the caller was; within about ten of it either outcome is the paper's.
"""


def rouge_l(reference: str, answer: str) -> float | None:
    """Return ROUGE-L F in 0..1; None where the package fails: an empty text, or one too long for it."""
    references, answers = _sentences(reference), _sentences(answer)
    if not references or not answers:
        return None
    united: set[str] = set()
    for sentence in references:
        for other in answers:
            common = _common_words(sentence, other)
            if common is None:
                return None
            united |= common
    # Words new to a running union, summed, are the union's size at the end.
    overlap = len(united)
    recall = overlap / len({word for sentence in references for word in sentence})
    precision = overlap / len({word for sentence in answers for word in sentence})
    return 2.0 * ((precision * recall) / (precision + recall + 1e-8))


def _sentences(text: str) -> list[list[str]]:
    """The words of each sentence; one of white space only has the empty word, as in the package."""
    return [" ".join(part.split()).split(" ") for part in text.split(".") if part]


def _common_words(first: list[str], second: list[str]) -> set[str] | None:
    """The words of the common subsequence that the package finds; None where its recursion ends it."""
    if min(len(first), len(second)) > RECURSION_LIMIT:
        return None
    lengths = [[0] * (len(second) + 1)]
    for word in first:
        above, row = lengths[-1], [0]
        for j, other in enumerate(second):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
        lengths.append(row)
    # Which of several longest ones is found matters for the union, hence the package's order of steps.
    i, j, steps, words = len(first), len(second), 0, set()
    while i and j:
        steps += 1
        if steps > RECURSION_LIMIT:
            return None
        if first[i - 1] == second[j - 1]:
            words.add(first[i - 1])
            i, j = i - 1, j - 1
        elif lengths[i - 1][j] > lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return words
