"""What each number is, in a sentence or two, for the people who read it."""

DEFINITIONS = {
    "progress": (
        "How many faces of this study are finished (as many people as asked for have answered), begun, and "
        "untouched; and how many have a gold label."
    ),
    "throughput": (
        "Faces that somebody finished for the first time, by day (UTC). A later correction is no further "
        "face."
    ),
    "labels": (
        "How often each label was given, of all answers in force; the thin line is Wilson's 95 % interval. "
        "For an action unit, answers in which it was not visible are left out."
    ),
    "people": (
        "Seconds are the median at a face. On checks, known gold faces slipped in unseen: the share of "
        "emotions that are the gold label's (Wilson's interval), and F1 over all action units together "
        "(bootstrap over faces)."
    ),
    "agreement": (
        "Agreement is the share of faces on which all said the same. Fleiss’ kappa takes off what chance "
        "alone would give: 1 is perfect, 0 is chance. Prevalence is how often the label was given: where it "
        "is extreme, kappa is low even when people agree, so read the three together."
    ),
    "cohen": (
        "Cohen’s kappa of each two people on the faces that both labelled: 1 is perfect, 0 is chance. n is "
        "the number of faces they share."
    ),
    "sets": (
        "Krippendorff’s alpha over all labels at once, with any number of people a face: 1 is perfect, 0 is "
        "chance. Nominal for what is present, ordinal for intensity from absent over A to E. The interval is "
        "a bootstrap over faces."
    ),
    "intensity": (
        "ICC(2,1): how far one person’s intensity (absent 0, A 1 to E 5) can stand for another’s; ICC(2,k): "
        "how far the mean of all k can. Two-way random effects, absolute agreement (Shrout & Fleiss 1979), "
        "over the people who scored the most faces together."
    ),
    "corrected": (
        "Of the answers to a face that the model had predicted: how often the person said otherwise. Added: "
        "the person saw it, the model did not say it. Removed: the other way round. In a blind study it is "
        "the newest answer of the model at that time, which the person did not see."
    ),
}
