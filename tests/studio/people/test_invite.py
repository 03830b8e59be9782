"""studio.people.invite: links from the command line, and the first admin's at the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from db import invitations, people
from db.errors import NotFound
from studio.people import invite

ROOT = Path(__file__).resolve().parents[3]


def values(**more) -> dict[str, str]:
    return settings.read({f"EMOLA_{name.upper()}": value for name, value in more.items()})


@pytest.mark.parametrize(
    "given, address",
    [
        ({}, "http://127.0.0.1:7860"),
        ({"host": "0.0.0.0", "port": "8000"}, "http://localhost:8000"),
        ({"host": "::1"}, "http://[::1]:7860"),
        ({"address": "https://faces.lab.org/studio/"}, "https://faces.lab.org/studio/"),
        ({"address": "lab-emola.hf.space"}, "https://lab-emola.hf.space"),
    ],
)
def test_the_address_is_as_set_or_by_host_and_port(given, address):
    assert invite.reached_at(values(**given)) == address


def test_a_space_says_its_own_address():
    assert invite.reached_at(settings.read({"SPACE_HOST": "a-b.hf.space"})) == "https://a-b.hf.space"


def test_the_first_admin_is_invited_until_there_is_one(work, add):
    link = invite.first_admin(work.database, "https://faces.lab.org/studio/")
    place, token = link.rsplit("/", 1)
    assert place == "https://faces.lab.org/studio/invitation"
    with work.database.sessions.begin() as session:
        row = invitations.find(session, token)
        assert row.role == "admin" and row.invited_by is None
        assert (row.expires_at - row.created_at).days == 1
    add("Rei", "reviewer")
    assert invite.first_admin(work.database, "http://x") is not None
    add("Root", "admin")
    assert invite.first_admin(work.database, "http://x") is None


def test_people_are_listed_as_they_are(work, add):
    add("Ana"), add("Root", "admin")
    with work.database.sessions.begin() as session:
        people.add(session, "local", "admin")
    assert "Ana is deactivated" in invite.deactivate(work.database, "ana")
    assert invite.listed(work.database) == [
        "Root: admin",
        "local: admin, cannot sign in",
        "Ana: annotator, deactivated",
    ]
    with pytest.raises(NotFound, match="Nobody here is called 'Ben'"):
        invite.deactivate(work.database, "Ben")


def run(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMOLA_")}
    return subprocess.run(
        [sys.executable, "-m", "studio.people.invite", *arguments],
        cwd=ROOT,
        env={
            **environment,
            "EMOLA_DATABASE": f"sqlite:///{folder}/emola.db",
            "EMOLA_ADDRESS": "https://faces.lab.org",
        },
        capture_output=True,
        text=True,
    )


def test_the_command_invites_lists_and_says_what_is_wrong(tmp_path):
    assert run(tmp_path, "--list").stdout == "Nobody is here yet.\n"
    made = run(tmp_path, "Ana K", "--role", "reviewer", "--days", "2")
    assert made.stdout.startswith("https://faces.lab.org/invitation/") and made.returncode == 0
    wrong = run(tmp_path, "--days", "1000")
    assert wrong.returncode == 1 and "up to 90 days" in wrong.stderr and "Traceback" not in wrong.stderr
    assert "Nobody here is called" in run(tmp_path, "--deactivate", "Ben").stderr
