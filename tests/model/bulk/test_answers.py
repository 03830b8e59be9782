"""The folder of answers: shard by shard, the same command goes on, nobody else's files are touched."""

import json
from pathlib import Path

import pytest

from model.bulk.answers import Answers
from model.bulk.rows import read_parquet
from model.errors import BulkError

ASKED = {"format": "jsonl", "tasks": ["au"], "base": None}


def answers(folder, shard=2, again=False, **asked) -> Answers:
    return Answers(folder / "out", {**ASKED, **asked}, shard, again)


def add(found: Answers, *names: str, error: bool = False) -> None:
    for name in names:
        facts = {"error": "no face"} if error else {"emotion": "fear"}
        found.add(name, json.dumps({"image": name, **facts}), bad=error)


def lines(folder: Path) -> list[str]:
    return [
        json.loads(line)["image"]
        for path in sorted((folder / "out").glob("answers-*"))
        for line in (read_parquet(path) if path.suffix == ".parquet" else path.read_text().splitlines())
    ]


def test_a_shard_is_on_disk_when_it_is_full_and_the_last_one_at_the_end(tmp_path):
    with answers(tmp_path) as found:
        add(found, "a", "b", "c")
        assert lines(tmp_path) == ["a", "b"]
    assert lines(tmp_path) == ["a", "b", "c"]


def test_whatever_ends_the_job_the_answers_so_far_are_kept(tmp_path):
    with pytest.raises(KeyboardInterrupt), answers(tmp_path) as found:
        add(found, "a")
        raise KeyboardInterrupt
    assert lines(tmp_path) == ["a"]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_is_there_is_known_and_new_shards_come_after_it(tmp_path, form):
    with answers(tmp_path, format=form) as found:
        add(found, "a", "b", "c")
    (tmp_path / "out" / f".answers-000003.{form}.part").write_text("half a shard")
    with answers(tmp_path, format=form) as found:
        assert len(found) == 3 and "a" in found and "d" not in found
        add(found, "d")
    assert lines(tmp_path) == ["a", "b", "c", "d"]
    assert not list((tmp_path / "out").glob(".*.part"))


def test_a_picture_is_known_by_its_place_from_wherever_the_command_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with answers(tmp_path) as found:
        add(found, "faces/a.png")
    monkeypatch.chdir("/")
    with answers(tmp_path) as found:
        assert str(tmp_path / "faces" / "a.png") in found and "faces/a.png" not in found


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_bad_pictures_are_known_too_until_they_are_to_be_asked_again(tmp_path, form):
    with answers(tmp_path, format=form) as found:
        add(found, "a")
        add(found, "b", "c", "d", error=True)
    with answers(tmp_path, format=form) as found:
        assert found.bad == 3 and "b" in found
    with answers(tmp_path, again=True, format=form) as found:
        assert found.bad == 0 and "a" in found and "b" not in found
        add(found, "b")
    assert lines(tmp_path) == ["a", "b"]


def test_another_question_is_refused_and_says_what_differs(tmp_path):
    with answers(tmp_path):
        pass
    with pytest.raises(BulkError, match=r"tasks differs .*\['au'\] there and \['emotion'\] now"):
        answers(tmp_path, tasks=["emotion"]).__enter__()


def test_two_jobs_do_not_write_into_one_folder(tmp_path):
    with answers(tmp_path), pytest.raises(BulkError, match="Another job"):
        answers(tmp_path).__enter__()


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").touch()
    with pytest.raises(BulkError, match="thesis.doc"):
        answers(tmp_path).__enter__()


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_damaged_shard_is_told_and_not_taken(tmp_path, form):
    with answers(tmp_path, format=form) as found:
        add(found, "a", "b")
    (tmp_path / "out" / f"answers-000001.{form}").write_text('{"image": "a"')
    with pytest.raises(BulkError, match="answers-000001.*damaged"):
        answers(tmp_path, format=form).__enter__()
