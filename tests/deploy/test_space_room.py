"""deploy.space_room, and the studio as a Space starts it: a bare environment, one home, what is said."""

import json
import os
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from deploy import checkout
from deploy.space_check import PROBE, answering, free_port, is_free
from deploy.space_room import HOME, USER, Room, variables
from studio.top_line import FORGETS

LOOK = "import json, os; print(json.dumps([os.getuid(), os.getcwd(), dict(os.environ)]))"


@pytest.fixture
def room():
    room = Room()
    yield room
    room.close()
    assert not room.outside.exists()


def test_a_command_in_a_room_has_its_variables_only_and_writes_where_a_space_lets_it(room, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THIS_MACHINE", "told to nobody")
    room.copy(checkout.ROOT, ["app.py", "studio/serve.py"])
    user, folder, environment = json.loads(room.run("python3", "-c", LOOK, more={"SPACE_ID": "team/studio"}))
    assert environment.keys() - {"LC_CTYPE", "PWD"} == {"HOME", "PATH", "PYTHONPATH", "SPACE_ID"}
    assert folder == f"{room.home}/app" and (room.outside / "app" / "studio" / "serve.py").is_file()
    writable = room.run("python3", "-c", PROBE).split()
    assert {str(room.home), "/tmp"} <= set(writable)
    if room.like_a_space:
        assert user == USER and room.home == HOME and set(writable) == {str(HOME), "/tmp"}
        assert str(USER) in room.shows
    else:
        assert user == os.getuid() and "take root" in room.shows


def test_what_a_command_says_when_it_fails_is_kept(room):
    room.copy(checkout.ROOT, ["app.py"])
    with pytest.raises(subprocess.CalledProcessError) as caught:
        room.run("python3", "-c", "raise SystemExit('no such luck')")
    assert "no such luck" in caught.value.output


def test_with_a_spaces_variables_the_studio_lets_people_in_and_says_that_the_disk_forgets(tmp_path):
    port, log = free_port(), tmp_path / "log.txt"
    environment = {
        **variables(port),
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(checkout.ROOT),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, str(checkout.ROOT / "app.py")]
    with log.open("w") as output:
        studio = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        link = answering(port, studio, log)
        assert link.startswith("invitation/") and FORGETS in log.read_text()
        assert f"0.0.0.0:{port}" in log.read_text() and not is_free(port)
        with urlopen(f"http://127.0.0.1:{port}/") as page:
            assert b"not kept after a restart" in page.read()
    finally:
        studio.send_signal(signal.SIGTERM)
        assert studio.wait(120) == 0
    assert (tmp_path / "data" / "emola.db").is_file()
