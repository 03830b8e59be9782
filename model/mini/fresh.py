"""A mini EmoLA that has learned nothing yet: its tokenizer and its random weights, both decided by a seed.

Sizes: CLIP tower of 4 layers x 192 on 16 px in patches of 4 (16 vectors), Llama of 4 layers x 256 with
tied embeddings; about 5 million parameters. The same class as any other EmoLA: nothing is special about
mini but its size. As in EmoLA, the tower sees little and the landmark expert much: it reads the picture
at full resolution.
"""

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import CLIPVisionConfig, LlamaConfig, PreTrainedTokenizerFast

from model.conversation import evaluation_prompt, training_prompt
from model.emola import EmolaConfig, EmolaForConditionalGeneration
from model.mini.expressions import EMOTIONS, sample_expression
from model.mini.rationale import au_rationale, emotion_rationale, short_questions
from model.tasks import TASKS

IMAGE_SIDE = 16
PATCH_SIDE = 4
LANDMARK_WIDTH = 136
SPECIAL = ("<unk>", "<s>", "</s>", "<pad>", "<image>")

# Label words and list numbers are tokens of their own, so that a label's likelihood is one number and a
# clause never swallows it. Between them, merges may cross spaces: an answer is some 30 tokens long and
# not 90.
PIECES = rf"\d+\. (?=AU)|AU\d{{1,2}}|\d| ?(?:{'|'.join(EMOTIONS)})|\n|[.:;,!?]"


def texts(count: int, seed: int = 0) -> list[str]:
    """What the tokenizer is trained on: prompts and answers for random expressions."""
    rng = np.random.default_rng((seed, 7))
    prompts = [evaluation_prompt(task.question).split("<image>") for task in TASKS.values()]
    turns = [{"from": "human", "value": "<image>\nx"}, {"from": "gpt", "value": "x"}]
    prompts.append(training_prompt(turns)[0].split("<image>"))
    found = [part for prompt in prompts for part in prompt] * 20
    for _ in range(count):
        emotion, intensities = sample_expression(rng)
        found += [" " + au_rationale(intensities, rng), " " + emotion_rationale(emotion, intensities, rng)]
        for question, answer in short_questions(intensities, emotion, rng):
            found.append(evaluation_prompt(question).split("<image>")[1] + " " + answer)
    return found


def fresh_tokenizer(seed: int = 0, count: int = 3000) -> PreTrainedTokenizerFast:
    """Byte-level BPE over `texts`; no text is unknown to it, however far from faces."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        min_frequency=8,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        max_token_length=96,
    )
    bpe.train_from_iterator(texts(count, seed), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        extra_special_tokens={"image_token": "<image>"},
        model_max_length=1024,
    )


def fresh_config(tokenizer: PreTrainedTokenizerFast, prior: bool = True) -> EmolaConfig:
    """Mini's configuration; without the prior it is a plain LLaVA of the same size."""
    tower = CLIPVisionConfig(
        hidden_size=192,
        intermediate_size=576,
        num_hidden_layers=4,
        num_attention_heads=6,
        image_size=IMAGE_SIDE,
        patch_size=PATCH_SIDE,
        hidden_act="gelu",
        projection_dim=192,
    )
    language = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=640,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=1024,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return EmolaConfig(
        vision_config=tower,
        text_config=language,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=True,
        landmark_width=LANDMARK_WIDTH if prior else 0,
        landmark_expert="mini" if prior else None,
    )


def fresh_model(config: EmolaConfig, seed: int = 0) -> EmolaForConditionalGeneration:
    """Random weights. The tower's positions start as 2-d waves: else it hardly learns where things are."""
    torch.manual_seed(seed)
    model = EmolaForConditionalGeneration(config)
    embedding = model.model.vision_tower.embeddings.position_embedding
    side = IMAGE_SIDE // PATCH_SIDE
    with torch.no_grad():
        embedding.weight[1:] = 0.4 * _waves(side, config.vision_config.hidden_size)
        embedding.weight[0] = 0
    return model


def _waves(side: int, width: int) -> torch.Tensor:
    """(side * side, width): sines and cosines of row and column, row by row."""
    step = torch.arange(width // 4) / (width // 4)
    angle = torch.arange(side)[:, None] / 10 ** (step * 2) * 2
    wave = torch.cat([angle.sin(), angle.cos()], 1)
    rows = wave[:, None].expand(side, side, -1)
    columns = wave[None].expand(side, side, -1)
    return torch.cat([rows, columns], 2).reshape(side * side, width)
