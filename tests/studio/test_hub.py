"""studio.hub: the settings' repository at the start, what the page asks, and the last sending at the end."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from huggingface_hub import constants

import settings
from db.errors import DataError, HubError
from db.events import capture
from db.models import Subject
from studio import app, hub, serve
from studio.hub import open_kept
from studio.people.identify import People, local_person
from tests.hub.client import patient_library
from tests.hub.stub import running

NAME = "team/faces"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def there(monkeypatch):
    patient_library(monkeypatch)
    with running() as there:
        resolve = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, there.endpoint)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", resolve)
        monkeypatch.setattr(constants, "ENDPOINT", there.endpoint)
        yield there


def values(folder, **more) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    given = {
        "EMOLA_DATABASE": f"sqlite:///{folder}/emola.db",
        "EMOLA_PICTURES": f"{folder}/pictures",
        "EMOLA_HUB_DATA": NAME,
        "HF_TOKEN": "hf_right",
        "SPACE_ID": "team/studio",
        **more,
    }
    return settings.read(given)


def write(database, name: str) -> None:
    with database.sessions.begin() as session:
        session.add(Subject(name=name))


def names(database) -> list[str]:
    with database.reads.begin() as session:
        return [subject.name for subject in session.query(Subject).order_by(Subject.id)]


def test_what_is_written_is_there_again_on_an_empty_disk_with_its_pictures(there, tmp_path, face_file):
    database, pictures, sync = open_kept(values(tmp_path / "one"))
    write(database, "S1")
    data = Path(face_file).read_bytes()
    stored = pictures.put(data)
    from db.models import Face

    with database.sessions.begin() as session:
        session.add(Face(**vars(stored), source="test"))
    sync.flush()
    database.close()
    again, fetched, _ = open_kept(values(tmp_path / "two"))
    assert names(again) == ["S1"]
    assert not fetched.has(stored.sha256) and fetched.get(stored.sha256) and fetched.has(stored.sha256)
    again.close()


def test_without_a_repository_nothing_is_kept_for_it(tmp_path, work):
    database, _, sync = open_kept(values(tmp_path / "one", EMOLA_HUB_DATA=""))
    write(database, "S1")
    with database.engine.connect() as connection:
        assert sync is None and not capture.remove(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 0
    database.close()
    config = app.build(work).get_config_file()
    assert "top-hub" not in json.dumps(config, default=str) and "sync_state" not in json.dumps(
        config, default=str
    )


@pytest.mark.parametrize(
    ("more", "forgets"),
    [
        ({}, False),
        ({"EMOLA_HUB_DATA": ""}, True),
        ({"EMOLA_HUB_DATA": "", "SPACE_ID": ""}, False),
    ],
)
def test_a_spaces_disk_forgets_what_no_repository_keeps(there, tmp_path, more, forgets):
    given = values(tmp_path / "one", **more)
    database, pictures, _ = open_kept(given)
    assert hub.forgets(given, database, pictures) is forgets
    database.close()


def test_a_start_with_an_empty_disk_waits_for_the_hub_and_gives_up_with_its_words(
    there, tmp_path, monkeypatch
):
    database, _, sync = open_kept(values(tmp_path / "one"))
    write(database, "S1")
    sync.flush()
    database.close()
    waited = []
    monkeypatch.setattr("db.hub.time.sleep", waited.append)
    there.faults.at("info", 503, 503)
    again, _, _ = open_kept(values(tmp_path / "two"))
    assert names(again) == ["S1"] and len(waited) == 2
    again.close()
    monkeypatch.setattr("db.hub.PATIENCE", -1)
    there.faults.at("info", 503)
    with pytest.raises(HubError, match="cannot be reached"):
        open_kept(values(tmp_path / "three"))


def test_a_disk_with_rows_starts_while_the_hub_is_away(there, tmp_path):
    database, _, _ = open_kept(values(tmp_path / "one"))
    write(database, "S1")
    database.close()
    there.faults.at("info", *[503] * 9)
    again, _, sync = open_kept(values(tmp_path / "one"))
    assert names(again) == ["S1"] and sync.state().waiting == 1
    again.close()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"EMOLA_DATABASE": "postgresql://u@localhost/x"}, "PostgreSQL server has backups"),
        ({"HF_TOKEN": ""}, "needs a token"),
        ({"HF_TOKEN": "hf_wrong"}, "does not take this token"),
        ({"EMOLA_HUB_DATA": "faces"}, "not the name of a repository"),
        ({"EMOLA_HUB_EVERY": "soon"}, "give whole seconds"),
    ],
)
def test_a_setting_that_cannot_be_ends_the_start_with_a_sentence(there, tmp_path, more, sentence):
    with pytest.raises(DataError, match=sentence):
        open_kept(values(tmp_path / "one", **more))
    with pytest.raises(SystemExit, match=sentence):
        serve.open_workplace(values(tmp_path / "two", **more))


def test_the_page_asks_how_it_stands(there, tmp_path, work):
    database, pictures, sync = open_kept(values(tmp_path / "one"))
    kept = replace(work, database=database, pictures=pictures, sync=sync)
    blocks = app.build(kept)
    options = serve.launch_options(kept)
    _, url, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, **options)
    try:
        assert state(url) == {"on": True, "waiting": 0, "at": None, "error": None, "refused": None}
        write(database, "S1")
        assert state(url)["waiting"] == 1
        sync.flush()
        told = state(url)
        assert told["waiting"] == 0 and told["at"]
        with urlopen(url) as page:
            assert b"top-hub" in page.read()
    finally:
        blocks.close()
        database.close()


def test_a_second_studio_reads_and_takes_nothing_until_the_first_lets_go(there, tmp_path, work):
    first, _, sync = open_kept(values(tmp_path / "one"))
    local_person(first)
    sync.flush()
    database, pictures, second = open_kept(values(tmp_path / "two", SPACE_ID="team/copy"))
    kept = replace(work, database=database, pictures=pictures, sync=second, people=People(database))
    blocks = app.build(kept)
    _, url, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, **serve.launch_options(kept))
    try:
        assert "team/studio, has been writing" in state(url)["refused"]
        assert call(url, "data_overview")["manage"]
        with pytest.raises(AssertionError, match="Only reading.*not be safe on the hub.*team/studio"):
            call(url, "create_study", {"name": "pilot"}, True)
        sync.release()
        second.flush()
        assert call(url, "create_study", {"name": "pilot"}, True)["name"] == "pilot"
        second.flush()
        assert state(url)["refused"] is None and state(url)["waiting"] == 0
    finally:
        blocks.close()
        for one in (database, first):
            one.close()


def state(url: str) -> dict:
    return call(url, "sync_state")


def call(url: str, name: str, *data):
    asked = Request(
        f"{url}gradio_api/run/{name}",
        json.dumps({"data": data}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urlopen(asked) as answer:
            return json.load(answer)["data"][0]
    except HTTPError as error:
        told = json.load(error)
        raise AssertionError(f"{told['title']}: {told['error']}") from error


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_sigterm_sends_what_is_left_and_lets_go(there, tmp_path):
    given = values(tmp_path / "one")
    database, _, sync = open_kept(given)
    sync.flush()
    write(database, "S1")
    database.close()
    there.faults.at("info", 503)  # the first sending, at the start, fails
    environment = {
        **os.environ,
        "HF_ENDPOINT": there.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": "hf_right",
        "SPACE_ID": "team/studio",
        "EMOLA_DATABASE": given["database"],
        "EMOLA_PICTURES": given["pictures"],
        "EMOLA_HUB_DATA": NAME,
        "EMOLA_HUB_EVERY": "3600",
        "EMOLA_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
    }
    studio = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        for line in studio.stdout:
            if "answers at" in line:
                break
        studio.send_signal(signal.SIGTERM)
        assert studio.wait(120) == 0
    finally:
        studio.kill()
        studio.stdout.close()
    told = json.loads(there.repository(NAME).files["writer.json"])
    assert told["released"] is True
    sent = [data for path, data in there.repository(NAME).files.items() if path.startswith("events/")]
    assert any(b"S1" in data for data in sent)
