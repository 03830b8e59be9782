"""English words that say an emotion, by label: as people and models write them, all forms spelt out.

A word stands here only if it names one of the seven emotions nearly always. Left out: what the face does
(smile, frown, "lips depressed"), moods without a label (bored, proud, contemptuous), adverbs of degree
("surprisingly").
"""

WORDS = {
    "happiness": """
        happiness happy happier happiest happily joy joys joyful joyfully joyfulness joyous cheer
        cheerful cheerfully cheerfulness cheery delight delighted delightedly delightful glad gladly
        gladness glee gleeful gleefully merry merriment elated elation amused amusement contented
        contentment pleased pleasure jovial joviality bliss blissful ecstasy ecstatic overjoyed
        lightheartedness light-hearted
    """,
    "sadness": """
        sadness sad sadder saddest sadly saddened unhappy unhappily unhappiness sorrow sorrows sorrowful
        sorrowfully grief grieving grief-stricken melancholy melancholic gloom gloomy gloomily somber
        sombre mournful mournfully mourning misery miserable despair despairing despondent despondently
        despondency dejected dejection heartbroken anguish anguished joyless cheerless
    """,
    "surprise": """
        surprise surprised surprises surprising astonish astonished astonishment astonishing amazed
        amazement astounded startled startlement shock shocked stunned bewilder bewildered bewilderment
        flabbergasted aghast
    """,
    "anger": """
        anger angry angrier angrily angered mad fury furious furiously rage raging outrage outraged
        enraged irate incensed irritated irritation annoyed annoyance frustrated frustration hostile
        hostility wrath wrathful resentful resentment aggressive aggression indignant indignation
        infuriated
    """,
    "neutral": """
        neutral neutrality neutrally expressionless unexpressive emotionless unemotional impassive calm
        calmly calmness indifferent indifference poker-faced deadpan
    """,
    "disgust": """
        disgust disgusted disgustedly disgusting revulsion revolted repulsed repulsion repugnance
        distaste distasteful aversion nauseated loathing
    """,
    "fear": """
        fear fears fearful fearfully fearfulness fearing afraid scared frightened frightening terror
        terrified terrifying horror horrified panic panicked panicky dread dreading alarm alarmed
        anxious anxiously anxiety worry worried apprehension apprehensive trepidation
    """,
}

SLOT_WORDS = {
    "happiness": ("happiness", "happy", "joy", "joyful"),
    "sadness": ("sadness", "sad"),
    "surprise": ("surprise", "surprised"),
    "anger": ("anger", "angry"),
    "neutral": ("neutral", "neutrality"),
    "disgust": ("disgust", "disgusted"),
    "fear": ("fear", "fearful", "afraid", "scared"),
}
"""The words whose likelihoods are summed for a label, where an answer names its emotion."""
