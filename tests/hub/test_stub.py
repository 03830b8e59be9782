"""The stub answers the real huggingface_hub as the hub would, and fails as told."""

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub.faults import HALF, LOST, RESET, SLOW

NAME = "team/faces"
BINARY = b"\x89PNG\0" + bytes(range(256)) * 40


@pytest.fixture
def api(hub):
    return HfApi(endpoint=hub.endpoint, token=hub.token)


def commit(api, files: dict, delete=(), **more):
    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    operations += [CommitOperationDelete(path) for path in delete]
    return api.create_commit(NAME, operations, commit_message="m", repo_type="dataset", **more)


def make(api):
    api.create_repo(NAME, repo_type="dataset", private=True)


def names(api) -> set[str]:
    return {one.path for one in api.list_repo_tree(NAME, repo_type="dataset", recursive=True)}


def test_files_small_and_large_come_back(api, hub, tmp_path):
    make(api)
    made = commit(api, {"a/text.json": b"{}", "a/b/face.png": BINARY})
    assert api.repo_info(NAME, repo_type="dataset").sha == made.oid
    assert hub.repository(NAME).head.files["a/b/face.png"].large
    for path, data in (("a/text.json", b"{}"), ("a/b/face.png", BINARY)):
        got = hf_hub_download(
            NAME, path, repo_type="dataset", endpoint=hub.endpoint, token=hub.token, local_dir=tmp_path
        )
        with open(got, "rb") as file:
            assert file.read() == data


def test_a_tree_comes_in_pages(api, hub):
    make(api)
    hub.page = 3
    commit(api, {f"a/{number}.txt": b"x%d" % number for number in range(10)})
    assert len(names(api) - {"a", ".gitattributes"}) == 10


def test_repositories_are_public_unless_asked(api, hub):
    api.create_repo(NAME, repo_type="dataset")
    assert api.repo_info(NAME, repo_type="dataset").private is False


def test_strangers_see_nothing_of_a_private_repository(api, hub):
    make(api)
    hub.users["hf_other"] = "other"
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=hub.endpoint, token="hf_other").repo_info(NAME, repo_type="dataset")
    with pytest.raises(HfHubHTTPError) as caught:
        HfApi(endpoint=hub.endpoint, token="hf_wrong").repo_info(NAME, repo_type="dataset")
    assert caught.value.response.status_code == 401


def test_a_commit_onto_an_old_parent_is_refused(api, hub):
    make(api)
    old = api.repo_info(NAME, repo_type="dataset").sha
    commit(api, {"a": b"1"}, parent_commit=old)
    with pytest.raises(HfHubHTTPError) as caught:
        commit(api, {"b": b"2"}, parent_commit=old)
    assert caught.value.response.status_code == 412 and "b" not in names(api)


def test_squashing_and_deleting_leaves_nothing_behind(api, hub):
    make(api)
    commit(api, {"face": BINARY, "kept": b"k"})
    commit(api, {}, delete=["face"])
    api.super_squash_history(NAME, repo_type="dataset")
    large = list(api.list_lfs_files(NAME, repo_type="dataset"))
    api.permanently_delete_lfs_files(NAME, large, repo_type="dataset")
    assert len(hub.repository(NAME).commits) == 1 and BINARY not in hub.repository(NAME).everything()
    assert len(api.list_repo_commits(NAME, repo_type="dataset")) == 1


def test_what_is_not_there_is_said_to_be(api):
    make(api)
    with pytest.raises(RevisionNotFoundError):
        list(api.list_repo_tree(NAME, repo_type="dataset", revision="gone"))
    with pytest.raises(EntryNotFoundError):
        commit(api, {}, delete=["gone"])


@pytest.mark.parametrize("kind", [401, 404, 409, 500, RESET, LOST, HALF])
def test_a_fault_ends_a_commit_and_only_a_lost_answer_leaves_it_done(api, hub, kind):
    make(api)
    hub.faults.at("commit", kind)
    with pytest.raises(Exception):  # noqa: B017 the library has no common base for its failures
        commit(api, {"a": b"1"})
    assert ("a" in names(api)) is (kind in (LOST, HALF))
    commit(api, {"b": b"2"})
    assert "b" in names(api)


def test_the_library_waits_out_limits_and_outages_of_an_upload(api, hub):
    make(api)
    hub.faults.at("preupload", 429, 503, RESET)
    hub.faults.at("batch", 500, HALF)
    hub.faults.at("put", RESET, 500)
    commit(api, {"face": BINARY})
    assert hub.repository(NAME).files["face"] == BINARY


def test_a_slow_answer_is_an_answer(api, hub):
    make(api)
    hub.faults.at("info", SLOW)
    assert api.repo_info(NAME, repo_type="dataset").private


def test_a_part_of_a_file_can_be_asked_for(api, hub, tmp_path):
    make(api)
    commit(api, {"face": BINARY})
    hub.faults.at("resolve", None, None, HALF)
    got = hf_hub_download(
        NAME, "face", repo_type="dataset", endpoint=hub.endpoint, token=hub.token, local_dir=tmp_path
    )
    with open(got, "rb") as file:
        assert file.read() == BINARY
