"""deploy.space: what git tracks becomes a Space, privately, in one commit; what is not ours is left alone."""

import os
import subprocess
import sys

import pytest
from huggingface_hub import HfApi

from db.errors import DataError, HubError, HubMoved, HubRefused
from deploy import checkout
from deploy.checkout import CheckoutError
from deploy.space import KIND, Space, Wishes, publish
from tests.deploy.conftest import FILES, commit, git
from tests.hub.faults import LOST

NAME = "team/studio"


def space(hub, name: str = NAME, token: str = "") -> Space:
    return Space(name, token or hub.token, endpoint=hub.endpoint)


def files(hub) -> dict[str, bytes]:
    """What the Space has, less what the hub itself puts there."""
    return {path: data for path, data in hub.repository(NAME, KIND).files.items() if path != ".gitattributes"}


def test_a_new_space_is_private_and_has_what_git_tracks_in_one_commit(hub, root):
    said = publish(space(hub), Wishes(), root)
    made = hub.repository(NAME, KIND)
    assert made.private and files(hub) == FILES and len(made.commits) == 2
    assert made.head.files["studio/static/face.webp"].large
    assert made.head.message.startswith(f"EmoLA Studio at {checkout.commit(root)[:12]}")
    assert "to be made, private" in said[0] and "EMOLA_HUB_DATA" in said[-1]


def test_what_git_no_longer_tracks_goes_and_what_did_not_change_is_not_sent_again(hub, root):
    publish(space(hub), Wishes(), root)
    git(root, "rm", "--quiet", "with space.txt")
    (root / "app.py").write_bytes(b"print('here again')\n")
    commit(root)
    hub.asked.clear()
    publish(space(hub), Wishes(), root)
    now = {path: data for path, data in FILES.items() if path != "with space.txt"}
    assert files(hub) == {**now, "app.py": b"print('here again')\n"}
    assert "put" not in hub.asked and "create" not in hub.asked


def test_public_hardware_variables_and_secrets_are_as_asked_and_there_before_the_files(hub, root):
    wishes = Wishes(True, "zero-a10g", {"EMOLA_HUB_DATA": "team/faces"}, {"HF_TOKEN": "hf_secret"})
    said = publish(space(hub), wishes, root)
    assert not hub.repository(NAME, KIND).private
    assert hub.space_settings[NAME] == {
        "hardware": "zero-a10g",
        "variables": {"EMOLA_HUB_DATA": "team/faces"},
        "secrets": {"HF_TOKEN": "hf_secret"},
    }
    assert hub.asked.index("secret") < hub.asked.index("commit")
    assert "hf_secret" not in " ".join(said) and "forgets" not in " ".join(said)


def test_a_dry_run_says_what_would_be_and_changes_nothing(hub, root):
    (root / "app.py").write_bytes(b"changed\n")
    said = publish(space(hub), Wishes(), root, dry_run=True)
    assert f"{len(FILES)} files" in said[0] and "with changes" in said[0]
    assert said[-1] == "Nothing was changed." and not hub.repositories


def test_what_differs_from_the_commit_is_published_only_when_told(hub, root):
    (root / "app.py").write_bytes(b"changed\n")
    with pytest.raises(CheckoutError, match="1 files differ from the last commit, app.py"):
        publish(space(hub), Wishes(), root)
    assert not hub.repositories
    publish(space(hub), Wishes(), root, dirty=True)
    assert files(hub)["app.py"] == b"changed\n"


@pytest.mark.parametrize("theirs", ["theirs.py", "app.py"])
def test_a_space_that_is_something_else_is_left_as_it_is(hub, root, theirs):
    hub.make(NAME, KIND).put(theirs, b"their own")
    before = hub.repository(NAME, KIND).head
    with pytest.raises(HubRefused, match=f"not EmoLA Studio's, such as {theirs}"):
        publish(space(hub), Wishes(), root)
    assert hub.repository(NAME, KIND).head is before


def test_what_somebody_added_to_the_studios_space_is_not_removed(hub, root):
    publish(space(hub), Wishes(), root)
    hub.repository(NAME, KIND).put("logo.svg", b"<svg/>")
    with pytest.raises(HubRefused, match="such as logo.svg"):
        publish(space(hub), Wishes(), root)
    assert "logo.svg" in files(hub)


def test_an_empty_space_made_by_hand_is_filled(hub, root):
    hub.make(NAME, KIND).put("README.md", b"made by the hub")
    publish(space(hub), Wishes(), root)
    assert files(hub) == FILES


def test_a_public_space_is_refused_unless_public_was_meant(hub, root):
    hub.make(NAME, KIND, private=False)
    with pytest.raises(HubRefused, match="is public"):
        publish(space(hub), Wishes(), root)
    publish(space(hub), Wishes(public=True), root)
    assert files(hub) == FILES


def test_a_wrong_token_none_and_somebody_elses_name_are_told_in_words(hub, root):
    with pytest.raises(HubError, match="does not take this token"):
        publish(space(hub, token="hf_wrong"), Wishes(), root)
    with pytest.raises(HubRefused, match="needs a token"):
        Space(NAME, "")
    with pytest.raises(HubError, match="may not write"):
        publish(space(hub, "others/studio"), Wishes(), root)


def test_the_commit_of_somebody_who_was_faster_is_not_overwritten(hub, root):
    publish(space(hub), Wishes(), root)
    plan = space(hub).plan(checkout.tracked(root), set(), False)
    hub.repository(NAME, KIND).put("app.py", b"theirs, meanwhile")
    (root / "app.py").write_bytes(b"ours, later\n")
    with pytest.raises(HubMoved):
        space(hub).publish(plan, Wishes(), root, "later")
    assert files(hub)["app.py"] == b"theirs, meanwhile"


def test_the_same_command_goes_on_after_an_answer_that_was_lost(hub, root):
    hub.faults.at("commit", LOST)
    with pytest.raises(HubError):
        publish(space(hub), Wishes(), root)
    publish(space(hub), Wishes(), root)
    assert files(hub) == FILES


def test_a_folder_that_is_no_checkout_is_told_so(tmp_path):
    with pytest.raises(CheckoutError, match="Work in a clone"):
        checkout.tracked(tmp_path)


@pytest.mark.parametrize("given", [["--variable", "EMOLA_BASE"], ["--secret", "NOT_SET_ANYWHERE"]])
def test_a_variable_without_a_value_is_told(given, monkeypatch):
    from deploy.space import main

    with pytest.raises(SystemExit, match=given[1]):
        main(["--repo", NAME, *given])


def test_this_checkout_is_published_by_the_command(hub, tmp_path):
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path),
        "HF_TOKEN": hub.token,
    }
    command = [sys.executable, "-m", "deploy.space", "--repo", NAME, "--dirty"]
    done = subprocess.run(command, cwd=checkout.ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    there = set(files(hub))
    assert there == set(checkout.tracked()) and {"app.py", "requirements.txt", "packages.txt"} <= there
    assert not [path for path in there if path.startswith((".venv/", "data/", "runs/", "weights/"))]
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    assert api.repo_info(NAME, repo_type=KIND).private


def test_errors_of_the_command_are_of_the_family_that_is_shown():
    assert issubclass(CheckoutError, DataError)
