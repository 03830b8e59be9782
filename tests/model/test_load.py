"""Loading bases and adapters: what fits is loaded as it was, what doesn't is refused with the reason."""

import json
import shutil

import pytest
import torch
from peft import PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import CLIPVisionConfig, LlamaConfig

from model import manifest
from model.adapter import lora_config, save_adapter
from model.emola import EmolaConfig, EmolaForConditionalGeneration
from model.errors import CheckpointError, EmolaError, LandmarkExpertError
from model.hub import fetch
from model.load import load


@pytest.fixture
def copied(converted, tmp_path):
    """Copies of base/ and adapter/ to spoil."""
    for name in ("base", "adapter"):
        shutil.copytree(converted / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def inputs(loaded):
    torch.manual_seed(0)
    ids = torch.tensor([[1, 260, 352, 319, 13, 90]])
    rows = loaded[1].expand(ids)
    return {**rows, "pixel_values": torch.randn(1, 3, 56, 56), "landmarks": torch.randn(1, 212)}


def logits_of(model, inputs):
    with torch.no_grad():
        return model(**inputs).logits


def remake_manifest(folder, kind, **changes):
    old = manifest.read(folder, kind)
    facts = {
        name: old[name] for name in ("base_identity", "landmark_expert", "landmark_width") if name in old
    }
    manifest.write(folder, kind, **{**facts, **changes})


# What is loaded


def test_base_alone_is_plain_llava(converted):
    model, processor = load(converted / "base")
    assert type(model) is EmolaForConditionalGeneration and not model.training
    assert model.config.landmark_width == processor.landmark_width == 0
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_adapter_brings_its_prior(loaded, converted):
    model, processor = loaded
    assert isinstance(model, PeftModel) and not model.training
    config = model.get_base_model().config
    assert (config.landmark_expert, config.landmark_width) == ("insightface_106", 212)
    assert (processor.landmark_expert, processor.landmark_width) == ("insightface_106", 212)
    assert processor.image_tokens == config.image_tokens == 17
    for kind, name in (("base", "base"), ("adapter", "default")):
        assert processor.revisions[name] == manifest.read(converted / kind, kind)["identity"]


def test_only_the_adapter_keeps_gradients(loaded):
    trained = {name for name, value in loaded[0].named_parameters() if value.requires_grad}
    assert trained and all("lora_" in name or "_projector.modules_to_save" in name for name in trained)


def test_merged_equals_unmerged(loaded, converted, inputs):
    merged, _ = load(converted / "base", converted / "adapter", merge=True)
    assert type(merged) is EmolaForConditionalGeneration
    torch.testing.assert_close(logits_of(merged, inputs), logits_of(loaded[0], inputs), atol=1e-4, rtol=0)


@pytest.mark.parametrize("dtype", ["bfloat16", torch.float16])
@pytest.mark.parametrize("merge", [True, False])
def test_other_dtypes_compute_throughout(converted, inputs, loaded, dtype, merge):
    model, _ = load(converted / "base", converted / "adapter", dtype=dtype, merge=merge)
    wanted = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    assert {parameter.dtype for parameter in model.parameters()} == {wanted}
    logits = logits_of(model, inputs)
    assert logits.dtype == wanted
    exact = logits_of(loaded[0], inputs)
    assert (logits.float() - exact).abs().mean() < 0.1 * exact.abs().mean()


def test_named_adapters_switch_lora_and_both_projectors(converted, copied, inputs):
    def change(name, amount):
        file = copied / "adapter" / "adapter_model.safetensors"
        tensors = load_file(file)
        tensors = {key: value * amount if name in key else value for key, value in tensors.items()}
        save_file(tensors, file, metadata={"format": "pt"})
        remake_manifest(copied / "adapter", "adapter")

    for part in ("lora_B", "multi_modal_projector", "landmark_projector"):
        shutil.rmtree(copied / "adapter")
        shutil.copytree(converted / "adapter", copied / "adapter")
        change(part, 1.5)
        model, processor = load(
            converted / "base", {"au": converted / "adapter", "emotion": copied / "adapter"}
        )
        assert set(processor.revisions) == {"base", "au", "emotion"}
        assert model.active_adapter == "au"
        found = {}
        for name in ("emotion", "au"):
            model.set_adapter(name)
            found[name] = logits_of(model, inputs)
            folder = converted if name == "au" else copied
            alone, _ = load(converted / "base", folder / "adapter")
            torch.testing.assert_close(found[name], logits_of(alone, inputs), atol=1e-6, rtol=0)
        assert (found["au"] - found["emotion"]).abs().max() > 1e-2, part


def test_trained_adapter_is_saved_as_a_bundle_and_loaded(converted, tmp_path, inputs):
    model, processor = load(converted / "base", {"au": converted / "adapter", "mine": converted / "adapter"})
    model.set_adapter("mine")
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter += 0.01
    saved = save_adapter(
        model, tmp_path / "mine", base_identity=processor.revisions["base"], adapter_name="mine"
    )
    assert saved["landmark_expert"] == "insightface_106"
    assert not [path for path in (tmp_path / "mine").glob("*.json") if str(converted) in path.read_text()]
    again, _ = load(converted / "base", tmp_path / "mine")
    torch.testing.assert_close(logits_of(again, inputs), logits_of(model, inputs), atol=1e-6, rtol=0)


def test_base_with_a_prior_of_its_own_needs_no_adapter(converted, tmp_path):
    folder, model = mini_like(converted, tmp_path / "mini")
    again, processor = load(folder)
    assert (processor.landmark_expert, processor.landmark_width) == ("mini", 136)
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)


def mini_like(converted, folder):
    """A base that carries a prior of its own, as the mini model does, with a manifest."""
    torch.manual_seed(3)
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = EmolaConfig(
        text_config=LlamaConfig(**small, vocab_size=352),
        vision_config=CLIPVisionConfig(**small, image_size=56, patch_size=14),
        image_token_index=352,
        landmark_width=136,
        landmark_expert="mini",
    )
    model = EmolaForConditionalGeneration(config)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "processor_config.json"):
        shutil.copy(converted / "base" / name, folder / name)
    manifest.write(folder, "base", landmark_expert="mini", landmark_width=136)
    return folder, model


# What is refused


@pytest.mark.parametrize("kind", ["base", "adapter"])
def test_changed_file_is_refused(copied, kind):
    file = next((copied / kind).glob("*.safetensors"))
    whole = bytearray(file.read_bytes())
    whole[-1] ^= 1
    file.write_bytes(whole)
    with pytest.raises(CheckpointError, match=f"{file.name} is not the file that the manifest lists"):
        load(copied / "base", copied / "adapter")


@pytest.mark.parametrize("kind", ["base", "adapter"])
def test_missing_file_is_refused(copied, kind):
    (copied / kind / "config.json").unlink()
    with pytest.raises(CheckpointError, match="lacks config.json, which its manifest lists"):
        load(copied / "base", copied / "adapter")


def test_unlisted_weights_are_refused(copied):
    shutil.copy(next((copied / "base").glob("*.safetensors")), copied / "base" / "model.safetensors")
    with pytest.raises(CheckpointError, match="holds model.safetensors, which its manifest doesn't list"):
        load(copied / "base")


def test_readme_beside_the_files_is_fine(copied):
    (copied / "base" / "README.md").write_text("A model card.")
    load(copied / "base")


def test_folder_without_manifest_is_refused(copied):
    (copied / "adapter" / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match="has no manifest.json.*python -m model.convert"):
        load(copied / "base", copied / "adapter")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 1, "kind": "base", "files": []}'])
def test_broken_manifest_is_refused(copied, text):
    (copied / "base" / "manifest.json").write_text(text)
    with pytest.raises(CheckpointError, match="manifest.json is damaged"):
        load(copied / "base")


def test_manifest_that_points_outside_is_refused(copied):
    path = copied / "base" / "manifest.json"
    facts = json.loads(path.read_text())
    facts["files"]["../adapter/config.json"] = "0" * 64
    path.write_text(json.dumps(facts))
    with pytest.raises(CheckpointError, match="outside the folder"):
        load(copied / "base")


def test_base_and_adapter_swapped_are_refused(converted):
    with pytest.raises(CheckpointError, match="holds an adapter, not the base"):
        load(converted / "adapter", converted / "base")


def test_adapter_for_another_base_is_refused(copied):
    remake_manifest(copied / "adapter", "adapter", base_identity="f" * 64)
    with pytest.raises(CheckpointError, match="trained on another base"):
        load(copied / "base", copied / "adapter")


def test_adapter_with_another_expert_is_refused_by_name(converted, tmp_path):
    folder, model = mini_like(converted, tmp_path / "mini")
    adapter = get_peft_model(model, lora_config(r=2, alpha=4))
    save_adapter(adapter, tmp_path / "adapter", base_identity=manifest.read(folder, "base")["identity"])
    load(folder, tmp_path / "adapter")
    remake_manifest(tmp_path / "adapter", "adapter", landmark_expert="face_alignment")
    with pytest.raises(LandmarkExpertError, match="needs the landmark expert 'face_alignment' .*have 'mini'"):
        load(folder, tmp_path / "adapter")


def test_adapters_of_two_experts_are_refused(converted, copied):
    remake_manifest(copied / "adapter", "adapter", landmark_expert="face_alignment", landmark_width=136)
    with pytest.raises(LandmarkExpertError, match="'emotion' needs the landmark expert 'face_alignment'"):
        load(converted / "base", {"au": converted / "adapter", "emotion": copied / "adapter"})


def test_manifest_that_lies_about_the_width_is_refused(converted, copied):
    remake_manifest(copied / "adapter", "adapter", landmark_width=136)
    with pytest.raises(CheckpointError, match="doesn't fit its base"):
        load(converted / "base", copied / "adapter")


@pytest.mark.parametrize(
    "part", ["landmark_projector", "multi_modal_projector", "layers.0.mlp.up_proj.lora_A"]
)
def test_adapter_that_lacks_a_part_is_refused(converted, copied, part):
    file = copied / "adapter" / "adapter_model.safetensors"
    tensors = {name: value for name, value in load_file(file).items() if part not in name}
    save_file(tensors, file, metadata={"format": "pt"})
    remake_manifest(copied / "adapter", "adapter")
    with pytest.raises(CheckpointError, match="differ in|doesn't fit"):
        load(converted / "base", copied / "adapter")


def test_base_that_lacks_a_tensor_is_refused(copied):
    index = copied / "base" / "model.safetensors.index.json"
    facts = json.loads(index.read_text())
    name = "model.language_model.norm.weight"
    file = copied / "base" / facts["weight_map"].pop(name)
    index.write_text(json.dumps(facts))
    tensors = load_file(file)
    tensors.pop(name)
    save_file(tensors, file, metadata={"format": "pt"})
    remake_manifest(copied / "base", "base")
    with pytest.raises(CheckpointError, match=f"lacks {name}"):
        load(copied / "base")


def test_a_base_with_a_prior_but_no_projector_is_refused(copied):
    path = copied / "base" / "config.json"
    facts = {**json.loads(path.read_text()), "landmark_width": 212, "landmark_expert": "insightface_106"}
    path.write_text(json.dumps(facts))
    remake_manifest(copied / "base", "base")
    with pytest.raises(CheckpointError, match="lacks model.landmark_projector"):
        load(copied / "base")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "int8"}, "allowed are float32, bfloat16, float16"),
        ({"quantize": "2bit"}, "allowed are 4bit, 8bit"),
        ({"merge": True}, "merge needs exactly one adapter"),
    ],
)
def test_what_cannot_be_had_is_said(converted, options, message):
    with pytest.raises(EmolaError, match=message):
        load(converted / "base", **options)


@pytest.mark.parametrize("quantize", ["4bit", "8bit"])
def test_quantised_without_bitsandbytes_says_so(converted, monkeypatch, quantize):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmolaError, match=f"{quantize} needs the package bitsandbytes"):
        load(converted / "base", quantize=quantize)


# Names of folders and hub repositories


def test_hub_names_carry_a_revision(monkeypatch, converted):
    asked = []

    def download(repository, revision, allow_patterns):
        asked.append((repository, revision))
        assert not any("bin" in pattern for pattern in allow_patterns)
        return str(converted / ("adapter" if "adapter" in repository else "base"))

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    load("owner/base@v1.0", "owner/adapter", adapter_revision="abc")
    load("owner/base")
    assert asked == [("owner/base", "v1.0"), ("owner/adapter", "abc"), ("owner/base", "main")]


def test_a_folder_of_a_hub_repository_is_named_with_its_revision(monkeypatch, converted):
    asked = []

    def download(repository, revision, allow_patterns):
        asked.append((repository, revision, allow_patterns))
        return str(converted.parent)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    place = f"owner/many/{converted.name}/adapter@v1"
    assert fetch(place, patterns=("*.json",)) == converted / "adapter"
    assert asked == [("owner/many", "v1", [f"{converted.name}/adapter/*.json"])]
    with pytest.raises(CheckpointError, match="has no folder gone"):
        fetch("owner/many/gone@v1")
    with pytest.raises(CheckpointError, match="neither a folder nor a hub id"):
        fetch("owner/many/../gone@v1")


def test_unknown_names_are_refused(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="neither a folder nor a hub id"):
        load("/no/such/folder")
    with pytest.raises(CheckpointError, match="could not be had from the hub"):
        fetch("nobody/no-such-model@main")
    with pytest.raises(CheckpointError, match="names one revision and 'b' is another"):
        fetch("owner/name@a", "b")
