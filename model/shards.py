"""Reads (and writes safetensors) weight files one at a time, running no code from them and refusing what is
not whole.

Covers `pytorch_model.bin`, `model.safetensors` and their sharded forms with an index. Values are not looked
at: a file of the right size with wrong numbers passes.
"""

import json
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from model.errors import CheckpointError

Tensors = dict[str, torch.Tensor]


def read_tensors(path: Path) -> Tensors:
    """The tensors of one .bin or .safetensors file by name, mapped from disk where the format allows.

    Raises CheckpointError where the file is missing, cut off, damaged, holds anything but tensors, or holds
    code.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} is missing. Copy the whole checkpoint, then try again.")
    try:
        tensors = load_file(path) if path.suffix == ".safetensors" else _unpickle(path)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path} holds something other than tensors, which may be code; nothing of it was run. Don't use "
            "this file; get the checkpoint from its authors."
        ) from error
    except (
        SafetensorError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
    ) as error:
        raise _damaged(path, error) from error
    if not isinstance(tensors, dict):
        raise CheckpointError(
            f"{path} holds a {type(tensors).__name__}, not tensors by name. It is another kind of file."
        )
    strange = [
        name for name, value in tensors.items() if not (isinstance(name, str) and torch.is_tensor(value))
    ]
    if strange:
        raise CheckpointError(
            f"{path} holds things that are not tensors ({strange[0]!r}). It is another kind of file."
        )
    return tensors


def read_shards(folder: Path) -> Iterator[Tensors]:
    """The weight files of a model folder, one after the other, so that only one is held. Raises
    CheckpointError.
    """
    for index_name in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        if (folder / index_name).is_file():
            yield from _read_indexed(folder, folder / index_name)
            return
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            yield read_tensors(folder / name)
            return
    raise CheckpointError(
        f"{folder} holds no weights: no pytorch_model.bin, no model.safetensors, no index of shards. Give a "
        "model's folder."
    )


def read_json(path: Path) -> dict:
    """A JSON object. Raises CheckpointError where the file is missing or holds anything else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} is missing. Copy the whole checkpoint, then try again.") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} is not JSON ({error}). Copy it again.") from error
    if not isinstance(value, dict):
        raise CheckpointError(
            f"{path} holds a {type(value).__name__}, not an object. It is another kind of file."
        )
    return value


def write_tensors(tensors: Tensors, path: Path) -> None:
    """Writes one safetensors file, the same bytes for the same tensors."""
    save_file({name: _own(tensor) for name, tensor in tensors.items()}, path, metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors writes files that only their owner may read


def split(tensors: Tensors, limit: int) -> Iterator[Tensors]:
    """The tensors in groups of at most `limit` bytes, or one tensor that is larger, in order."""
    group, size = {}, 0
    for name, tensor in tensors.items():
        if group and size + tensor.nbytes > limit:
            yield group
            group, size = {}, 0
        group[name] = tensor
        size += tensor.nbytes
    if group:
        yield group


def _own(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor with storage of its own, which safetensors asks for; a copy only where it has none."""
    whole = tensor.is_contiguous() and tensor.untyped_storage().nbytes() == tensor.nbytes
    return tensor if whole else tensor.clone(memory_format=torch.contiguous_format)


def _read_indexed(folder: Path, index: Path) -> Iterator[Tensors]:
    places = read_json(index).get("weight_map")
    if (
        not isinstance(places, dict)
        or not places
        or not all(isinstance(place, str) for place in places.values())
    ):
        raise CheckpointError(
            f"{index} has no weight_map that says which tensor is in which file. Copy it again."
        )
    shards = sorted(set(places.values()))
    for shard in shards:
        if Path(shard).name != shard:
            raise CheckpointError(f"{index} names {shard!r}, outside the folder. Don't use this checkpoint.")
        if not (folder / shard).is_file():
            raise CheckpointError(
                f"{folder} lacks {shard}, which {index.name} lists. Copy the whole checkpoint."
            )
    for shard in shards:
        tensors = read_tensors(folder / shard)
        listed = {name for name, place in places.items() if place == shard}
        if absent := sorted(listed - set(tensors)):
            raise CheckpointError(
                f"{folder / shard} lacks {absent[0]}, which {index.name} places there. Copy both again."
            )
        yield {name: tensors[name] for name in sorted(listed)}


def _unpickle(path: Path):
    zipped = zipfile.is_zipfile(path)  # the directory is at a zip's end: one that was cut off is none
    if not zipped and path.open("rb").read(4) == b"PK\x03\x04":
        raise EOFError("the end of the zip archive is missing")
    return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)


def _damaged(path: Path, error: Exception) -> CheckpointError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return CheckpointError(f"{path} is damaged or was cut off ({reason}). Copy or download it again.")
