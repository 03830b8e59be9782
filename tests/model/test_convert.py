"""The authors' layout to ours, and every way in which their files can be wrong."""

import json
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from model import manifest
from model.convert import convert, main
from model.convert_base import rename
from model.errors import CheckpointError
from model.load import load

ROOT = Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "tests" / "data" / "goldens" / "model"
SHARD = "pytorch_model-00001-of-00002.bin"


@pytest.fixture
def theirs(tmp_path):
    """A copy of the authors' layout to spoil: base/, adapter/, vision/."""
    shutil.copytree(GOLDENS / "checkpoints" / "llava-v1.5-tiny", tmp_path / "base")
    shutil.copytree(GOLDENS / "saved_checkpoints" / "llava-v1.5-tiny-lora-emola-au", tmp_path / "adapter")
    shutil.copytree(GOLDENS / "clip", tmp_path / "vision")
    return tmp_path


def run(theirs, out="out"):
    return convert(theirs / "base", theirs / out, theirs / "adapter", theirs / "vision")


def refused(theirs, message):
    """Checks that the conversion stops with a message of that pattern and leaves nothing behind."""
    with pytest.raises(CheckpointError, match=message):
        run(theirs)
    assert not (theirs / "out").exists()


def edit_json(path, **changes):
    facts = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in facts.items() if value is not None}))


def edit_tensors(path, edit):
    tensors = torch.load(path, weights_only=True)
    edit(tensors)
    torch.save(tensors, path)


def all_tensors(folder):
    return {name: value for file in folder.glob("*.safetensors") for name, value in load_file(file).items()}


# What it writes


def test_command_writes_base_and_adapter(theirs):
    command = [sys.executable, "-m", "model.convert"]
    for name in ("base", "adapter", "vision"):
        command += [f"--{name}", str(theirs / name)]
    done = subprocess.run(
        [*command, "--out", str(theirs / "out")], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (theirs / "out").iterdir()) == ["adapter", "base"]
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        str(theirs / "out" / name) for name in ("base", "adapter")
    ]


def test_command_says_what_is_wrong_and_fails(theirs):
    (theirs / "adapter" / "landmark_feature_projector.bin").unlink()
    given = [part for name in ("base", "adapter", "vision") for part in (f"--{name}", str(theirs / name))]
    with pytest.raises(SystemExit, match="^error: .*landmark_feature_projector.bin is missing"):
        main([*given, "--out", str(theirs / "out")])


def test_base_values_are_untouched(converted):
    tensors = all_tensors(converted / "base")
    originals = {}
    for file in (GOLDENS / "checkpoints" / "llava-v1.5-tiny").glob("*.bin"):
        originals |= torch.load(file, weights_only=True)
    for name, value in originals.items():
        if ours := rename(name):
            assert tensors[ours].dtype == value.dtype and torch.equal(tensors[ours], value), name
    tower = torch.load(GOLDENS / "clip" / "pytorch_model.bin", weights_only=True)
    assert torch.equal(
        tensors["model.vision_tower.post_layernorm.bias"], tower["vision_model.post_layernorm.bias"]
    )
    assert not [name for name in tensors if "inv_freq" in name or "landmark" in name]


def test_adapter_is_one_bundle_in_pefts_format(converted):
    tensors = load_file(converted / "adapter" / "adapter_model.safetensors")
    assert len(tensors) == 2 * 7 * 2 + 4 + 4
    config = json.loads((converted / "adapter" / "adapter_config.json").read_text())
    assert config["peft_type"] == "LORA" and (config["r"], config["lora_alpha"]) == (8, 16)
    assert sorted(config["modules_to_save"]) == ["landmark_projector", "multi_modal_projector"]
    pattern = re.compile(config["target_modules"])
    assert pattern.fullmatch("model.language_model.layers.1.self_attn.q_proj")
    assert not pattern.fullmatch("model.vision_tower.encoder.layers.1.self_attn.q_proj")
    described = json.loads((converted / "adapter" / "config.json").read_text())
    assert (described["landmark_expert"], described["landmark_width"]) == ("insightface_106", 212)


def test_manifests_hash_every_file_and_name_the_base(converted):
    base = manifest.verify(converted / "base", "base")
    adapter = manifest.verify(converted / "adapter", "adapter")
    for folder, facts in ((converted / "base", base), (converted / "adapter", adapter)):
        assert set(facts["files"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert adapter["base_identity"] == base["identity"]
    assert (adapter["landmark_expert"], adapter["landmark_width"]) == ("insightface_106", 212)


def test_image_projector_is_the_adapters_and_landmark_projector_comes_from_its_own_file(theirs):
    edit_tensors(
        theirs / "adapter" / "non_lora_trainables.bin",
        lambda tensors: [value.fill_(3) for value in tensors.values()],
    )
    run(theirs)
    tensors = load_file(theirs / "out" / "adapter" / "adapter_model.safetensors")
    own = torch.load(theirs / "adapter" / "landmark_feature_projector.bin", weights_only=True)
    assert (tensors["base_model.model.model.multi_modal_projector.linear_1.weight"] == 3).all()
    assert torch.equal(
        tensors["base_model.model.model.landmark_projector.linear_2.bias"],
        own["base_model.model.model.landmark_feature_projector.2.bias"],
    )


def test_converting_again_gives_the_same_and_keeps_it(theirs):
    first = run(theirs)
    before = {path: path.stat().st_mtime_ns for folder in first for path in folder.iterdir()}
    assert run(theirs) == first
    assert {path: path.stat().st_mtime_ns for folder in first for path in folder.iterdir()} == before
    run(theirs, "elsewhere")
    for kind in ("base", "adapter"):
        assert manifest.read(theirs / "out" / kind, kind) == manifest.read(theirs / "elsewhere" / kind, kind)


def test_something_else_at_the_target_is_refused_and_kept(theirs):
    (theirs / "out" / "base").mkdir(parents=True)
    (theirs / "out" / "base" / "mine.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="there already and holds something else"):
        run(theirs)
    assert [path.name for path in (theirs / "out").iterdir()] == ["base"]
    assert (theirs / "out" / "base" / "mine.txt").read_text() == "mine"


def test_vision_tower_and_buffers_in_the_base_are_ignored(theirs):
    plain = run(theirs)
    identity = manifest.read(plain[0], "base")["identity"]
    extra = "model.vision_tower.vision_tower.vision_model.post_layernorm.bias"
    edit_tensors(theirs / "base" / SHARD, lambda tensors: tensors.update({extra: torch.zeros(48)}))
    index = theirs / "base" / "pytorch_model.bin.index.json"
    edit_json(index, weight_map={**json.loads(index.read_text())["weight_map"], extra: SHARD})
    again = run(theirs, "again")
    assert manifest.read(again[0], "base")["identity"] == identity


def test_one_file_bases_and_safetensors_towers_will_do(theirs):
    whole = {}
    for file in sorted((theirs / "base").glob("*.bin")):
        whole |= torch.load(file, weights_only=True)
        file.unlink()
    (theirs / "base" / "pytorch_model.bin.index.json").unlink()
    torch.save(whole, theirs / "base" / "pytorch_model.bin")
    tower = torch.load(theirs / "vision" / "pytorch_model.bin", weights_only=True)
    tower |= {"text_model.final_layer_norm.bias": torch.zeros(4), "logit_scale": torch.ones(())}
    (theirs / "vision" / "pytorch_model.bin").unlink()
    save_file(tower, theirs / "vision" / "model.safetensors")
    folder = run(theirs)[0]
    assert "model.vision_tower.post_layernorm.bias" in all_tensors(folder)


def test_vision_tower_is_found_by_the_name_in_the_config(theirs):
    edit_json(theirs / "base" / "config.json", mm_vision_tower=str(theirs / "vision"))
    convert(theirs / "base", theirs / "out")
    assert [path.name for path in (theirs / "out").iterdir()] == ["base"]


def test_old_style_preprocessor_sizes_are_read(theirs):
    edit_json(
        theirs / "vision" / "preprocessor_config.json",
        size=56, crop_size=56, image_processor_type=None, feature_extractor_type="CLIPFeatureExtractor",
    )  # fmt: skip
    folder = run(theirs)[0]
    saved = json.loads((folder / "processor_config.json").read_text())["image_processor"]
    assert saved["size"] == {"shortest_edge": 56} and saved["crop_size"] == {"height": 56, "width": 56}


def test_large_shards_are_split(theirs, monkeypatch):
    monkeypatch.setattr("model.convert_base.FILE_LIMIT", 120_000)
    folder = run(theirs)[0]
    files = list(folder.glob("model-*.safetensors"))
    assert len(files) > 5 and max(file.stat().st_size for file in files) < 130_000
    load(folder, theirs / "out" / "adapter")


# What it refuses


@pytest.mark.parametrize(
    "file",
    ["landmark_feature_projector.bin", "non_lora_trainables.bin", "adapter_model.bin", "adapter_config.json"],
)
def test_missing_adapter_file_is_refused(theirs, file):
    (theirs / "adapter" / file).unlink()
    refused(theirs, f"{file} is missing")


def test_landmark_projector_is_never_taken_from_another_file(theirs):
    source = theirs / "adapter" / "non_lora_trainables.bin"
    shutil.copy(source, theirs / "adapter" / "landmark_feature_projector.bin")
    edit_tensors(theirs / "adapter" / "landmark_feature_projector.bin", lambda tensors: tensors.popitem())
    refused(theirs, "landmark_feature_projector.bin lacks model.landmark_feature_projector.2.bias")


def test_other_landmark_width_is_refused(theirs):
    def narrow(tensors):
        name = "base_model.model.model.landmark_feature_projector.0.weight"
        tensors[name] = tensors[name][:, :136].clone()

    edit_tensors(theirs / "adapter" / "landmark_feature_projector.bin", narrow)
    refused(
        theirs, r"landmark_projector.linear_1.weight is \(64, 136\).*ask for \(64, 212\).*insightface_106"
    )


def test_other_landmark_width_in_the_config_is_refused(theirs):
    edit_json(theirs / "adapter" / "config.json", landmark_feature_hidden_size=136)
    refused(theirs, "landmark_feature_hidden_size is 136; the authors' prior is 212 .*'insightface_106'")


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.99])
@pytest.mark.parametrize("file", [f"base/{SHARD}", "vision/pytorch_model.bin", "adapter/adapter_model.bin"])
def test_cut_off_file_is_refused(theirs, file, share):
    whole = (theirs / file).read_bytes()
    (theirs / file).write_bytes(whole[: int(share * len(whole))])
    refused(theirs, f"{Path(file).name} is damaged or was cut off")


def test_cut_off_safetensors_is_refused(theirs):
    tower = theirs / "vision" / "pytorch_model.bin"
    save_file(torch.load(tower, weights_only=True), theirs / "vision" / "model.safetensors")
    tower.unlink()
    whole = (theirs / "vision" / "model.safetensors").read_bytes()
    (theirs / "vision" / "model.safetensors").write_bytes(whole[:-100])
    refused(theirs, "model.safetensors is damaged or was cut off")


class Touch:
    """A pickle that writes a file when it is read without care."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "file", [f"base/{SHARD}", "adapter/landmark_feature_projector.bin", "adapter/non_lora_trainables.bin"]
)
def test_code_in_a_file_is_refused_and_not_run(theirs, file, zipped):
    trap = {"model.norm.weight": Touch(theirs / "run")}
    if zipped:
        torch.save(trap, theirs / file)
    else:
        (theirs / file).write_bytes(pickle.dumps(trap))
    refused(theirs, f"{Path(file).name} holds something other than tensors, which may be code")
    assert not (theirs / "run").exists()


def test_missing_shard_is_refused(theirs):
    (theirs / "base" / SHARD).unlink()
    refused(theirs, f"lacks {SHARD}, which pytorch_model.bin.index.json lists")


def test_shard_outside_the_folder_is_refused(theirs):
    index = theirs / "base" / "pytorch_model.bin.index.json"
    edit_json(index, weight_map={"lm_head.weight": "../elsewhere.bin"})
    refused(theirs, "outside the folder")


def test_tensor_missing_from_its_shard_is_refused(theirs):
    edit_tensors(theirs / "base" / SHARD, lambda tensors: tensors.pop("model.embed_tokens.weight"))
    refused(theirs, "lacks model.embed_tokens.weight, which")


def test_tensor_missing_from_index_and_shard_is_refused(theirs):
    edit_tensors(theirs / "base" / SHARD, lambda tensors: tensors.pop("model.embed_tokens.weight"))
    index = theirs / "base" / "pytorch_model.bin.index.json"
    places = json.loads(index.read_text())["weight_map"]
    places.pop("model.embed_tokens.weight")
    edit_json(index, weight_map=places)
    refused(theirs, "lack 1 tensors, model.language_model.embed_tokens.weight first")


def test_unknown_tensor_is_refused(theirs):
    edit_tensors(theirs / "vision" / "pytorch_model.bin", lambda tensors: tensors.update(new=torch.zeros(2)))
    refused(theirs, "model.vision_tower.new is not of this model")


def test_missing_lora_tensor_is_refused(theirs):
    edit_tensors(theirs / "adapter" / "adapter_model.bin", lambda tensors: tensors.popitem())
    refused(theirs, "down_proj.lora_B.weight is missing")


def test_lora_outside_the_language_model_is_refused(theirs):
    name = "base_model.model.model.vision_tower.layers.0.self_attn.q_proj.lora_A.weight"
    edit_tensors(
        theirs / "adapter" / "adapter_model.bin", lambda tensors: tensors.update({name: torch.zeros(8, 64)})
    )
    refused(theirs, "no LoRA of the language model's layers")


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("base", {"model_type": "gpt2"}, "of a 'gpt2' model"),
        ("base", {"mm_projector_type": "linear"}, "mm_projector_type is 'linear'"),
        ("base", {"mm_use_im_start_end": True}, "mm_use_im_start_end"),
        ("base", {"mm_hidden_size": 1024}, "features of 48 numbers; .* asks for 1024"),
        ("base", {"hidden_size": None}, "lacks hidden_size"),
        ("base", {"rms_norm_eps": "small"}, "a value that LLaVA can't have"),
        ("adapter", {"model_type": "llava"}, "an EmoLA adapter says 'emollava'"),
        ("adapter", {"num_hidden_layers": 32}, "num_hidden_layers is 32, the base's is 2"),
    ],
)
def test_wrong_config_is_refused(theirs, file, change, message):
    edit_json(theirs / file / "config.json", **change)
    refused(theirs, message)


def test_config_of_another_size_is_refused(theirs):
    for folder in ("base", "adapter"):
        edit_json(theirs / folder / "config.json", intermediate_size=256)
    refused(theirs, r"down_proj.lora_A.weight is \(8, 128\)")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": "all"}, "without biases"),
        ({"target_modules": ["q_proj", "lm_head"]}, "puts LoRA on lm_head"),
        ({"use_dora": True}, "sets use_dora"),
        ({"r": 0}, "r is 0"),
        ({"r": 16}, "lora_A.weight is"),
    ],
)
def test_wrong_adapter_config_is_refused(theirs, change, message):
    edit_json(theirs / "adapter" / "adapter_config.json", **change)
    refused(theirs, message)


def test_broken_json_is_refused(theirs):
    (theirs / "base" / "config.json").write_text("{")
    refused(theirs, "config.json is not JSON")


def test_folder_without_weights_is_refused(theirs):
    (theirs / "vision" / "pytorch_model.bin").unlink()
    refused(theirs, "holds no weights")


def test_vision_tower_that_is_nowhere_is_refused(theirs, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="could not be had from the hub"):
        convert(theirs / "base", theirs / "out", vision="nobody/no-such-tower")
    assert not (theirs / "out").exists()
