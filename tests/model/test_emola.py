"""EmoLA against the reference's outputs, and, on tiny random models, what must hold for any language model
and tower.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel, get_peft_model
from transformers import CLIPVisionConfig, LlamaConfig, Qwen2Config, SiglipVisionConfig

from model.adapter import lora_config
from model.emola import EmolaConfig, EmolaForConditionalGeneration
from model.load import load

GOLDENS = Path(__file__).resolve().parents[1] / "data" / "goldens" / "model"
CLOSE = {"atol": 1e-4, "rtol": 0}


def assert_close(got, wanted, **tolerance):
    torch.testing.assert_close(got, wanted, **{**CLOSE, **tolerance})


def inputs_of(goldens, case, processor):
    """A golden case's inputs, the reference's one -200 a picture expanded to our ids."""
    part = {name.split("/")[1]: value for name, value in goldens.items() if name.startswith(f"{case}/")}
    rows = processor.expand(
        part["input_ids"], labels=part.get("labels"), attention_mask=part.get("attention_mask")
    )
    rows["attention_mask"] = rows["attention_mask"].long()
    return {**rows, "pixel_values": part["pixel_values"], "landmarks": part["landmarks"]}


def asked(facts, processor, task):
    """The inputs of one of the golden answers, from its files."""
    told = facts["generation"][task]
    return processor(
        images=GOLDENS / told["image"].split()[0],
        landmarks=np.load(GOLDENS / told["landmarks"].split(",")[0]),
        text=told["prompt"],
        image_mode="crop",
    )


# The reference's outputs


def test_single_picture_gives_the_references_logits(goldens, loaded):
    model, processor = loaded
    with torch.no_grad():
        assert_close(model(**inputs_of(goldens, "single", processor)).logits, goldens["single/logits"])


def test_intermediate_values_are_the_references(goldens, loaded):
    model, processor = loaded
    inner = model.get_base_model().model
    inputs = inputs_of(goldens, "single", processor)
    with torch.no_grad():
        seen = inner.vision_tower(inputs["pixel_values"], output_hidden_states=True).hidden_states[-2][:, 1:]
        features = inner.get_image_features(
            inputs["pixel_values"], landmarks=inputs["landmarks"]
        ).pooler_output
        embeds = inner.embed(inputs["input_ids"], features)
    assert_close(seen, goldens["single/vision_features"])
    assert_close(torch.stack(features)[:, :-1], goldens["single/image_features"])
    assert_close(features[0][-1:], goldens["single/landmark_embed"])
    assert_close(embeds, goldens["single/inputs_embeds"])


def test_other_landmarks_give_the_references_other_logits(goldens, loaded):
    model, processor = loaded
    inputs = inputs_of(goldens, "single", processor)
    with torch.no_grad():
        before = model(**inputs).logits
        after = model(**{**inputs, "landmarks": goldens["landmark_changed/landmarks"]}).logits
    assert_close(after[:, -6:], goldens["landmark_changed/logits_last6"])
    prior = 22  # six ids, then sixteen patches
    assert torch.equal(before[:, :prior], after[:, :prior])
    assert (before[:, prior:] - after[:, prior:]).abs().amax(-1).min() > 0.1


@pytest.mark.parametrize("case", ["batch", "padded"])
def test_batches_give_the_references_logits_and_loss(goldens, facts, loaded, case):
    model, processor = loaded
    inputs = inputs_of(goldens, case, processor)
    assert torch.equal(inputs["labels"], goldens[f"{case}/expanded_labels"])
    assert torch.equal(inputs["attention_mask"], goldens[f"{case}/expanded_attention_mask"].long())
    with torch.no_grad():
        outputs = model(**inputs)
    read = inputs["attention_mask"].bool()
    assert_close(outputs.logits[read], goldens[f"{case}/logits"][read])
    assert outputs.loss.item() == pytest.approx(facts["cases"][case]["loss"], abs=1e-5)


def test_gradients_are_the_references(goldens, facts, converted):
    model, processor = load(converted / "base", converted / "adapter")
    model(**inputs_of(goldens, "padded", processor)).loss.backward()
    found = {name: parameter.grad for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert len(found) == len(facts["grads"]["l2"])
    for theirs, norm in facts["grads"]["l2"].items():
        gradient = found[ours(theirs)]
        assert gradient.norm().item() == pytest.approx(norm, abs=1e-4), theirs
        if f"grads/{theirs}" in goldens:
            assert_close(gradient, goldens[f"grads/{theirs}"])


def ours(name: str) -> str:
    """PEFT's name in memory for a name in the reference's files."""
    for theirs, renamed in {
        "model.layers": "model.language_model.layers",
        "lora_A": "lora_A.default",
        "lora_B": "lora_B.default",
        "mm_projector.0": "multi_modal_projector.modules_to_save.default.linear_1",
        "mm_projector.2": "multi_modal_projector.modules_to_save.default.linear_2",
        "landmark_feature_projector.0": "landmark_projector.modules_to_save.default.linear_1",
        "landmark_feature_projector.2": "landmark_projector.modules_to_save.default.linear_2",
    }.items():
        name = name.replace(theirs, renamed)
    return name


def test_plain_base_gives_the_references_logits(goldens, converted):
    model, processor = load(converted / "base")
    inputs = inputs_of(goldens, "single", processor)
    inputs.pop("landmarks")
    with torch.no_grad():
        logits = model(**inputs).logits
    assert logits.shape[1] == 31  # no prior
    assert_close(logits[:, -6:], goldens["llava_base/logits_last6"])


def test_bfloat16_adapter_gives_the_references_logits(goldens, converted_bf16):
    model, processor = load(converted_bf16 / "base", converted_bf16 / "adapter")
    with torch.no_grad():
        logits = model(**inputs_of(goldens, "single", processor)).logits
    assert_close(logits[:, -6:], goldens["single_bf16ckpt/logits_last6"])


def test_merged_adapter_gives_the_references_logits(goldens, converted):
    model, processor = load(converted / "base", converted / "adapter", merge=True)
    assert type(model) is EmolaForConditionalGeneration
    with torch.no_grad():
        assert_close(model(**inputs_of(goldens, "single", processor)).logits, goldens["single/logits"])


@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("task", ["au", "emotion"])
def test_greedy_answers_are_the_references(goldens, facts, loaded, task, use_cache):
    model, processor = loaded
    inputs = asked(facts, processor, task)
    assert inputs["input_ids"].shape[1] == facts["generation"][task]["expanded_len"]
    answer = model.generate(
        **inputs,
        max_new_tokens=12,
        do_sample=False,
        use_cache=use_cache,
        return_dict_in_generate=True,
        output_logits=True,
    )
    assert torch.equal(answer.sequences[:, inputs["input_ids"].shape[1] :], goldens[f"gen_{task}/new_tokens"])
    assert_close(torch.stack(answer.logits, dim=1), goldens[f"gen_{task}/scores"])
    with torch.no_grad():
        assert_close(model(**inputs).logits[:, -1], goldens[f"gen_{task}/logits_last"])


@pytest.mark.parametrize("use_cache", [True, False])
def test_twelve_tokens_beyond_the_end_are_the_references(goldens, loaded, use_cache):
    model, processor = loaded
    inputs = inputs_of(goldens, "single", processor)
    answer = model.generate(
        **inputs,
        max_new_tokens=12,
        do_sample=False,
        use_cache=use_cache,
        eos_token_id=-1,
        return_dict_in_generate=True,
        output_logits=True,
    )
    assert torch.equal(answer.sequences[:, inputs["input_ids"].shape[1] :], goldens["gen_short/new_tokens"])
    assert_close(answer.logits[-1], goldens["gen_short/scores_last"])


# Any language model, any tower

VOCABULARY, WIDTH = 128, 136
TEXT = {
    "hidden_size": 48,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": VOCABULARY,
}
SEEN = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": 28,
}
MODELS = {
    "llama-clip": (LlamaConfig, CLIPVisionConfig, {}),
    "llama-siglip": (LlamaConfig, SiglipVisionConfig, {}),
    "qwen2-clip": (Qwen2Config, CLIPVisionConfig, {"num_key_value_heads": 2}),
    "qwen2-siglip-tied": (
        Qwen2Config,
        SiglipVisionConfig,
        {"num_key_value_heads": 4, "tie_word_embeddings": True},
    ),
}


@pytest.fixture(params=MODELS)
def tiny(request):
    """A random EmoLA with weights large enough that everything it reads shows in its logits."""
    text, vision, options = MODELS[request.param]
    torch.manual_seed(0)
    config = EmolaConfig(
        text_config=text(**TEXT, **options),
        vision_config=vision(**SEEN, patch_size=14),
        image_token_index=VOCABULARY,
        landmark_width=WIDTH,
        landmark_expert="mini",
    )
    model = EmolaForConditionalGeneration(config).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def rows_of(model, lengths=(3, 3)):
    """Model inputs with as many ids behind each picture as `lengths` says, padded on the left."""
    torch.manual_seed(1)
    longest = max(lengths)
    ids = torch.zeros(len(lengths), 2 + model.config.image_tokens + longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        text = torch.randint(3, VOCABULARY, (length,))
        filled = torch.cat([torch.tensor([1, 7]), torch.full((model.config.image_tokens,), VOCABULARY), text])
        ids[row, longest - length :], mask[row, longest - length :] = filled, 1
    pixels, landmarks = torch.randn(len(lengths), 3, 28, 28), torch.randn(len(lengths), WIDTH)
    return {"input_ids": ids, "attention_mask": mask, "pixel_values": pixels, "landmarks": landmarks}


def greedy(model, inputs, **options):
    answer = model.generate(
        **inputs, max_new_tokens=8, do_sample=False, pad_token_id=0, eos_token_id=-1,
        return_dict_in_generate=True, output_logits=True, **options,
    )  # fmt: skip
    return answer.sequences[:, inputs["input_ids"].shape[1] :], torch.stack(answer.logits, dim=1)


def test_a_picture_takes_its_patches_and_the_prior(tiny):
    assert tiny.config.image_tokens == 4 + 1
    inputs = rows_of(tiny)
    features = tiny.get_image_features(inputs["pixel_values"], landmarks=inputs["landmarks"]).pooler_output
    assert [tuple(feature.shape) for feature in features] == [(5, 48)] * 2


def test_landmarks_change_logits_from_the_prior_on(tiny):
    inputs = rows_of(tiny)
    with torch.no_grad():
        before = tiny(**inputs).logits
        after = tiny(**{**inputs, "landmarks": inputs["landmarks"] + 1}).logits
    changed = (before - after).abs().amax(-1) > 1e-3
    assert not changed[:, :6].any() and changed[:, 6:].all()


def test_batch_equals_single(tiny):
    inputs = rows_of(tiny, lengths=(3, 9))
    tokens, scores = greedy(tiny, inputs)
    for row, start in ((0, 6), (1, 0)):
        alone = {name: value[row : row + 1] for name, value in inputs.items()}
        alone |= {name: alone[name][:, start:] for name in ("input_ids", "attention_mask")}
        tokens_alone, scores_alone = greedy(tiny, alone)
        assert torch.equal(tokens[row : row + 1], tokens_alone)
        assert_close(scores[row : row + 1], scores_alone)


def test_cached_equals_uncached(tiny):
    inputs = rows_of(tiny, lengths=(3, 9))
    tokens, scores = greedy(tiny, inputs)
    tokens_uncached, scores_uncached = greedy(tiny, inputs, use_cache=False)
    assert torch.equal(tokens, tokens_uncached)
    assert_close(scores, scores_uncached)


def test_saved_model_is_the_same_model(tiny, tmp_path):
    inputs = rows_of(tiny)
    tiny.save_pretrained(tmp_path)
    again, info = EmolaForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(info.values())
    assert (again.config.landmark_expert, again.config.landmark_width) == ("mini", WIDTH)
    with torch.no_grad():
        assert torch.equal(again(**inputs).logits, tiny(**inputs).logits)


def test_adapter_with_projectors_survives_saving(tiny, tmp_path):
    tiny.save_pretrained(tmp_path / "base")
    model = get_peft_model(tiny, lora_config(r=4, alpha=8))
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert not [name for name in trained if "vision_tower" in name or "lm_head" in name]
    assert len(trained) == 2 * 7 * 2 + 4 + 4
    for name, parameter in model.named_parameters():
        if name in trained:
            parameter.data += 0.05 * torch.randn_like(parameter)
    model.save_pretrained(tmp_path / "adapter")
    inputs = rows_of(tiny)
    base = EmolaForConditionalGeneration.from_pretrained(tmp_path / "base")
    with torch.no_grad():
        without = base(**inputs).logits
        again = PeftModel.from_pretrained(base, tmp_path / "adapter")
        assert_close(again(**inputs).logits, model.eval()(**inputs).logits, atol=1e-6)
        assert (again(**inputs).logits - without).abs().max() > 1e-2


def test_loss_is_the_mean_over_learned_labels(tiny):
    inputs = rows_of(tiny, lengths=(6, 6))
    labels = torch.full_like(inputs["input_ids"], -100)
    labels[:, -3:] = inputs["input_ids"][:, -3:]
    with torch.no_grad():
        outputs = tiny(**inputs, labels=labels)
    wanted = torch.nn.functional.cross_entropy(
        outputs.logits[:, -4:-1].reshape(-1, VOCABULARY), labels[:, -3:].flatten()
    )
    assert outputs.loss.item() == pytest.approx(wanted.item(), abs=1e-5)


def test_wrong_inputs_are_refused_with_a_sentence(tiny):
    inputs = rows_of(tiny)
    with pytest.raises(ValueError, match="No landmarks were given.*'mini'"):
        tiny(**{**inputs, "landmarks": None})
    with pytest.raises(ValueError, match=r"shape \(2, 212\); 2 picture\(s\) need \(2, 136\)"):
        tiny(**{**inputs, "landmarks": torch.zeros(2, 212)})
    with pytest.raises(ValueError, match="hold 2 <image> ids, .* give 10 vectors, 5 each"):
        tiny(**{**inputs, "input_ids": torch.tensor([[1, -200, 9]] * 2), "attention_mask": None})
    with pytest.raises(ValueError, match="hold 8 <image> ids"):
        tiny(**{**inputs, "input_ids": inputs["input_ids"][:, 3:], "attention_mask": None})


def test_without_prior_landmarks_are_refused():
    config = EmolaConfig(
        text_config=LlamaConfig(**TEXT),
        vision_config=CLIPVisionConfig(**SEEN, patch_size=14),
        image_token_index=3,
    )
    model = EmolaForConditionalGeneration(config)
    assert config.image_tokens == 4 and model.model.landmark_projector is None
    with pytest.raises(ValueError, match="no facial prior"):
        model.get_image_features(torch.zeros(1, 3, 28, 28), landmarks=torch.zeros(1, WIDTH))
