"""Rows of token ids: where a picture goes, and how rows of different lengths become one tensor.

The reference writes one placeholder, -200, where a picture goes; transformers' LLaVA wants one `<image>` id
for each vector that the picture gives. What the ids mean as text is not here: see `model.processor`.
"""

import torch

IGNORED = -100  # the label of what is read and not learned
REFERENCE_IMAGE_ID = -200  # the reference's id of `<image>`


def expand_image_tokens(
    input_ids, count: int, image_token_id: int, *, labels=None, attention_mask=None
) -> dict[str, torch.Tensor]:
    """Rows with one placeholder a picture to rows with `count` `<image>` ids a picture, which is what the
    model takes.

    input_ids, labels, attention_mask: integer tensors (batch, length). A placeholder is `image_token_id`
    or the reference's -200. New labels are -100; mask values are repeated, and ones where no mask is
    given. Rows that end up shorter (fewer pictures) are padded on the right: id 0, label -100, mask 0.
    Gives input_ids, attention_mask and, where given, labels.
    """
    mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
    rows = {"input_ids": [], "attention_mask": [], "labels": []}
    for index, ids in enumerate(input_ids):
        is_image = (ids == image_token_id) | (ids == REFERENCE_IMAGE_ID)
        repeats = torch.where(is_image, count, 1)
        rows["input_ids"].append(ids.masked_fill(is_image, image_token_id).repeat_interleave(repeats))
        rows["attention_mask"].append(mask[index].repeat_interleave(repeats))
        if labels is not None:
            rows["labels"].append(labels[index].masked_fill(is_image, IGNORED).repeat_interleave(repeats))
    padding = {"input_ids": 0, "attention_mask": 0, "labels": IGNORED}
    return {name: pad_rows(tensors, padding[name], "right") for name, tensors in rows.items() if tensors}


def pad_rows(rows: list[torch.Tensor], value: int, side: str) -> torch.Tensor:
    """1-D tensors as one (rows, longest) tensor, filled with `value` on the side "left" or "right"."""
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value, padding_side=side)
