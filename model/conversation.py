"""The two LLaVA-1.5 chat templates: the one the reference was trained on and the one it is evaluated
with.

They differ in one word ("user", "human"), and the reference's numbers contain that difference. Text only:
no torch. Does not cover LLaVA's other templates.

Source: the authors' conversation templates `v1` (training) and `llava_v1` (evaluation).
"""

IMAGE = "<image>"
END = "</s>"
_SYSTEM = (
    "A chat between a curious {who} and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the {who}'s questions."
)
TRAINING_SYSTEM = _SYSTEM.format(who="user")
EVALUATION_SYSTEM = _SYSTEM.format(who="human")


def evaluation_prompt(question: str) -> str:
    """What the model reads before it answers `question` about one picture; no space at the end."""
    return f"{EVALUATION_SYSTEM} USER: {IMAGE}\n{question} ASSISTANT:"


def training_turns(conversation: list[dict]) -> list[str]:
    """Texts of a FABA-Instruct conversation, person and model by turns, `<image>` moved to the front.

    conversation: [{"from": "human", "value": ...}, {"from": "gpt", "value": ...}, ...]. As in the
    reference, a conversation that opens with the model's turn loses it. Raises ValueError where the turns
    don't alternate.
    """
    turns = conversation[1:] if conversation and conversation[0]["from"] != "human" else conversation
    roles = [turn["from"] for turn in turns]
    if not turns or len(turns) % 2 or roles != ["human", "gpt"] * (len(turns) // 2):
        raise ValueError(
            f"A conversation goes human, gpt, human, gpt ...; this one goes {roles}. Mend the data."
        )
    return [_image_first(turn["value"]) for turn in turns]


def training_prompt(conversation: list[dict]) -> tuple[str, list[tuple[int, int]]]:
    """A conversation as the model is trained on it, and the spans of characters that it learns to say.

    A span (start, end) runs from behind `ASSISTANT:` up to and including `</s>`. Raises ValueError as
    `training_turns` does.
    """
    turns = training_turns(conversation)
    text, spans = TRAINING_SYSTEM, []
    for index, (question, answer) in enumerate(zip(turns[::2], turns[1::2], strict=True)):
        text += f"{'' if index else ' '}USER: {question} ASSISTANT:"
        start = len(text)
        text += f" {answer}{END}"
        spans.append((start, len(text)))
    return text, spans


def _image_first(text: str) -> str:
    if IMAGE not in text:
        return text
    return f"{IMAGE}\n{text.replace(IMAGE, '').strip()}".strip()
