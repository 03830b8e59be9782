"""A studio process as those who run it see it: /healthz, /metrics and its log, over real HTTP, while a disk
fills up and the hub goes away.
"""

import json
from types import SimpleNamespace
from uuid import uuid4

import httpx
import psutil
import pytest

from benchmarks.startup import free_port
from benchmarks.studio_process import Studio, wait
from studio.people.identify import COOKIE
from tests.hub.stub import running

HUB, NAME, PASSWORD, PICTURE = "team/faces", "Anna Kowalska", "correct horse battery", "IMG_0042 Anna.png"
LITTLE = 32 * 1024
"""Bytes that a file may have on the disk that is full: more than the log has."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A studio with accounts, a hub, and its first admin signed in."""
    folder, port = tmp_path_factory.mktemp("watched"), free_port()
    with running() as hub:
        process = Studio(
            folder,
            EMOLA_DATABASE=f"sqlite:///{folder}/emola.db",
            EMOLA_PICTURES=f"{folder}/pictures",
            EMOLA_ACCOUNTS="yes",
            EMOLA_HUB_DATA=HUB,
            EMOLA_HUB_EVERY="1",
            HF_ENDPOINT=hub.endpoint,
            HF_HUB_DISABLE_XET="1",
            HF_TOKEN="hf_right",
            EMOLA_METRICS=str(port),
        )
        try:
            process.ready()
            link = next(word for word in process.out.read_text().split() if "/invitation/" in word)
            with httpx.Client(base_url=process.url, timeout=120) as http:
                form = {"name": NAME, "password": PASSWORD}
                assert http.post(link, data=form).status_code == 303
                token = link.rsplit("/", 1)[1]
                yield SimpleNamespace(process=process, hub=hub, http=http, token=token, metrics=port)
        finally:
            process.stop()


def health(studio) -> tuple[int, dict]:
    answer = httpx.get(f"{studio.process.url}/healthz", timeout=60)
    return answer.status_code, answer.json()


def state(studio, right) -> dict:
    """What /healthz says, once that is right."""
    return wait(lambda: (told := health(studio)[1]) and right(told) and told)


def call(studio, endpoint: str, *data) -> httpx.Response:
    return studio.http.post(f"/gradio_api/run/{endpoint}", json={"data": data, "session_hash": "watched"})


def test_a_working_studio_is_healthy_without_a_sign_in(studio):
    status, told = health(studio)
    assert status == 200 and told["ok"] and told["failing"] == []
    assert told["database"]["writable"] and len(told["model"]["revision"]) == 12
    assert set(told["sync"]) == {"waiting", "lag_seconds", "sent_at", "error", "refused"}


def test_a_disk_that_is_full_is_503_and_200_again_when_there_is_room(studio):
    process = psutil.Process(studio.process.process.pid)
    _, most = before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (LITTLE, most))
    try:
        told = state(studio, lambda told: not told["ok"])
        assert health(studio)[0] == 503 and told["failing"] == ["database"]
        assert told["database"]["code"] == "EFBIG"
        assert studio.http.get("/").status_code == 200, "it still reads"
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)
    assert state(studio, lambda told: told["ok"])["database"]["writable"]


def test_a_hub_that_is_away_is_told_with_its_lag_and_is_no_reason_to_fail(studio):
    state(studio, lambda told: told["sync"]["sent_at"] and not told["sync"]["waiting"])
    studio.hub.faults.at("commit", *[503] * 10_000)
    answer = call(studio, "invite_person", "annotator", "Bea", 7)
    assert answer.status_code == 200, answer.text
    told = state(studio, lambda told: told["sync"]["error"])
    assert told["ok"] and told["sync"]["waiting"] > 0 and not told["sync"]["refused"]
    before = told["sync"]["lag_seconds"]
    state(studio, lambda told: told["sync"]["lag_seconds"] > before)
    studio.hub.faults.clear()
    told = state(studio, lambda told: not told["sync"]["waiting"] and not told["sync"]["error"])
    assert told["sync"]["lag_seconds"] == 0


def test_the_log_is_lines_of_json_in_which_nobody_can_be_found(studio, face_picture, tmp_path):
    face_picture.save(tmp_path / PICTURE)
    with open(tmp_path / PICTURE, "rb") as file:
        (path,) = studio.http.post("/gradio_api/upload", files={"files": (PICTURE, file)}).json()
    given = {"path": path, "orig_name": PICTURE, "meta": {"_type": "gradio.FileData"}}
    event = studio.http.post("/gradio_api/call/predict", json={"data": [given, 0, False]}).json()["event_id"]
    assert "event: complete" in studio.http.get(f"/gradio_api/call/predict/{event}").text
    # What nobody foresaw: Gradio prints the first, with the name in it, and ours logs the second.
    assert call(studio, "unreadable_faces", NAME).status_code == 500
    assert call(studio, "save_annotation", 1, str(uuid4()), {"emotion": NAME}).status_code == 500
    studio.http.get("/nowhere", params={"who": NAME})
    studio.http.post("/sign-in", data={"name": NAME, "password": "wrong"})
    assert studio.http.post("/gradio_api/call/predict", json={"data": [{"path": "/faces/Anna"}, 0, False]})
    said = wait(lambda: (text := studio.process.log.read_text()).count('"/sign-in"') and text)
    lines = [json.loads(line) for line in said.splitlines()]
    for secret in (
        "Anna",
        "Kowalska",
        "IMG",
        "127.0.0.1",
        studio.token,
        studio.http.cookies[COOKIE],
        "hf_right",
    ):
        assert secret not in said, [line for line in said.splitlines() if secret in line][:3]
    assert all({"time", "level", "from", "says"} <= line.keys() for line in lines)
    noted = {(line["method"], line["route"], line["status"]) for line in lines if line["says"] == "request"}
    assert {("POST", "/invitation/{token}", 303), ("POST", "/gradio_api/run/save_annotation", 500)} <= noted
    (unforeseen,) = [line["error"] for line in lines if line.get("error", {}).get("kind") == "ValueError"]
    assert any(place.startswith("studio/data/take.py:") for place in unforeseen["at"])


def test_metrics_are_given_at_their_own_port_and_at_no_other(studio):
    assert call(studio, "save_annotation", 1, "no uuid").status_code == 500
    given = httpx.get(f"http://127.0.0.1:{studio.metrics}/metrics", timeout=60).text
    asked = 'emola_http_requests_total{method="POST",route="/gradio_api/run/save_annotation",status="500"}'
    assert asked in given and "emola_sync_waiting" in given
    assert 'emola_event_errors_total{event="save_annotation",kind=' in given
    assert not [secret for secret in ("Anna", "127.0.0.1", studio.token) if secret in given]
    assert studio.http.get("/metrics").status_code == 404


def test_the_invitation_of_the_first_admin_is_for_whoever_started_it(studio):
    assert studio.token in studio.process.out.read_text()
    assert studio.token not in studio.process.log.read_text()
