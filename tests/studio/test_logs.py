"""studio.logs: what a line of the log may hold, whoever writes it."""

import json
import logging
import sys
import traceback
import warnings
from io import StringIO
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from model.errors import EmolaError
from studio import logs

SECRETS = ("Anna", "kowalska", "10.1.2.3", "IMG_0042")
log = logging.getLogger("studio.tested")


@pytest.fixture
def written(monkeypatch):
    """What is written to stderr while the log is kept."""
    there = StringIO()
    monkeypatch.setattr(sys, "stderr", there)
    with logs.kept("json"):
        yield there


def lines(there: StringIO) -> list[dict]:
    found = [json.loads(line) for line in there.getvalue().splitlines()]
    assert not [secret for secret in SECRETS if secret in there.getvalue()]
    return found


def test_a_line_is_json_with_its_time_level_and_logger(written):
    log.info("The %d-th of %s.", 3, "Anna")
    (line,) = lines(written)
    assert line.pop("time").endswith("Z")
    assert line == {"level": "info", "from": "studio.tested", "says": "The 3-th of …."}


def test_a_message_that_was_put_together_is_withheld(written):
    name = "Anna"
    log.warning(f"{name} came in from 10.1.2.3.")
    log.warning("%(who)s came in %(often)d times.", {"who": name, "often": 2})
    log.warning("Promotions %s answer now.", {name: 2})
    first, second, third = lines(written)
    assert third["says"] == "Promotions … answer now."
    assert first["says"] == "…" and first["at"].startswith("tests/studio/test_logs.py:")
    assert second["says"] == "… came in 2 times."
    wrong = logging.makeLogRecord({"msg": "%d came in.", "args": (name,), "levelno": 20})
    assert json.loads(logs.JsonLines().format(wrong))["says"] == "%d came in."


def test_facts_come_by_fields_that_are_known(written):
    log.info("request", extra={"route": "/pictures/{face_id:int}", "status": 200, "person": "Anna"})
    (line,) = lines(written)
    assert (line["route"], line["status"]) == ("/pictures/{face_id:int}", 200) and "person" not in line


def test_of_an_error_its_kind_code_and_places_are_told(written, work):
    try:
        with work.database.reads.begin() as session:
            session.execute(text("SELECT * FROM nowhere WHERE name = 'Anna'"))
    except OperationalError:
        log.exception("Reading failed for %s.", "Anna")
    (line,) = lines(written)
    error = line["error"]
    assert (error["kind"], error["code"]) == ("OperationalError", "SQLITE_ERROR")
    assert any(place.startswith("sqlalchemy/engine/") for place in error["at"])
    assert error["because"]["kind"] == "OperationalError"


def test_a_traceback_that_is_printed_is_one_line(monkeypatch):
    there = StringIO()
    monkeypatch.setattr(sys, "stderr", there)
    with logs.kept("json"):
        try:
            raise FileNotFoundError(2, "No such file", "/faces/Anna/IMG_0042.jpg")
        except FileNotFoundError:
            traceback.print_exc()
        print("Anna Kowalska", file=sys.stderr)
    (line,) = lines(there)
    assert line["error"]["kind"] == "FileNotFoundError" and line["error"]["code"] == "ENOENT"


def test_a_librarys_handler_is_taken_away(written):
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler(StringIO()))
    library.propagate = False
    logs.gather()
    library.warning("Anna " + "Kowalska"[:4])
    assert [line["from"] for line in lines(written)] == ["some.library"] and not library.handlers


def test_warnings_of_python_are_lines_too(written):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._warned  # pytest has put its own in place
        warnings.warn("This is old.", DeprecationWarning, stacklevel=1)
        warnings.warn(f"IMG_{42:04} is odd.", UserWarning, stacklevel=1)
    old, odd = lines(written)
    assert old["says"] == "This is old." and old["kind"].startswith("DeprecationWarning at tests/studio/")
    assert odd["says"] == "…"


def test_an_error_that_ends_the_studio_is_a_line_and_a_sentence_stays_a_sentence(monkeypatch):
    there = StringIO()
    monkeypatch.setattr(sys, "stderr", there)
    with pytest.raises(SystemExit) as ended, logs.kept("json"):
        raise RuntimeError("Anna's studio")
    assert ended.value.code == 1 and lines(there)[0]["error"]["kind"] == "RuntimeError"
    with pytest.raises(EmolaError, match="The port is taken"), logs.kept("json"):
        raise EmolaError("The port is taken.")
    assert sys.stderr is there


def test_text_is_for_a_person_at_a_terminal(monkeypatch):
    kinds = []
    for how, terminal in (("auto", True), ("auto", False), ("text", False), ("json", True)):
        before = SimpleNamespace(isatty=lambda terminal=terminal: terminal, write=len, flush=lambda: None)
        monkeypatch.setattr(sys, "stderr", before)
        with logs.kept(how):
            kinds.append("text" if sys.stderr is before else "json")
    assert kinds == ["text", "json", "text", "json"]


def test_another_form_is_refused():
    with pytest.raises(logs.NoSuchLog, match="EMOLA_LOG is 'xml'; give one of auto, json, text"):
        with logs.kept("xml"):
            pass
