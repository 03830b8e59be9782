"""studio.app and studio.api: the served page and its endpoints, asked by gradio_client and plain HTTP."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from model.facs import FABA
from studio import app, serve
from studio.serving import Choice, Serving
from tests.studio.conftest import open_workplace
from tests.studio.fake import FakePredictor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    serving = Serving(lambda choice: FakePredictor(pause=0.01), Choice())
    work = open_workplace(tmp_path_factory.mktemp("studio"), serving, max_upload_mb=1)
    blocks = app.build(work)
    options = serve.launch_options(work)
    _, local, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, **options)
    yield local
    blocks.close()
    work.database.close()


@pytest.fixture(scope="module")
def client(url):
    return Client(url, verbose=False)


def test_predict_answers_what_the_page_shows(client, face_file):
    answer = client.predict(handle_file(face_file), api_name="/predict")
    assert answer["emotion"] == "happiness" and answer["action_units"] == ["AU6", "AU12", "AU25"]
    assert list(answer["au_probabilities"]) == list(FABA) and len(answer["emotion_probabilities"]) == 7
    assert len(answer["face"]["points"]) == 68 and answer["revisions"]["expert"] == "mini"


def test_au_only_has_no_emotion(client, face_file):
    answer = client.predict(handle_file(face_file), au_only=True, api_name="/predict")
    assert answer["emotion"] is None and answer["emotion_probabilities"] == {}
    assert list(answer["rationales"]) == ["au"] and "joy" not in answer["rationales"]["au"]


def test_stream_grows_and_ends_in_the_prediction(client, face_file):
    steps = list(client.submit(handle_file(face_file), api_name="/stream"))
    assert len(steps) > 5
    assert len(steps[0]["emotion"]) < len(steps[-1]["emotion"])
    assert steps[0]["prediction"] is None and steps[-1]["prediction"]["emotion"] == "happiness"


def test_faces_are_listed(client, face_file):
    (face,) = client.predict(handle_file(face_file), api_name="/faces")
    assert len(face["points"]) == 68 and len(face["box"]) == 4


def test_the_model_says_who_it_is(client):
    assert client.predict(api_name="/model")["demonstration"] is True


def test_our_errors_reach_the_client_in_their_own_words(client, grey_file):
    with pytest.raises(AppError, match="No face was found in this picture of 200x100 px"):
        client.predict(handle_file(grey_file), api_name="/predict")


def test_no_picture_is_said(client):
    with pytest.raises(AppError, match="No picture was given"):
        client.predict(None, api_name="/predict")


def test_a_path_on_the_server_cannot_be_read(client):
    with pytest.raises(AppError) as raised:
        client.predict(
            {"path": str(ROOT / "README.md"), "meta": {"_type": "gradio.FileData"}}, api_name="/faces"
        )
    assert "EmoLA Studio" not in str(raised.value)


def test_the_endpoints_for_programs_are_documented(client):
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {"/predict", "/stream", "/faces", "/model"} <= set(named)
    assert {"/next_assignment", "/save_annotation"} <= set(named)


@pytest.mark.parametrize("path", ["settings.py", "app.py", "README.md", "../main/app.py", "/etc/passwd"])
def test_files_of_the_project_are_not_served(url, path):
    target = path if path.startswith("/") else ROOT / path
    with pytest.raises(HTTPError) as raised:
        urlopen(f"{url}gradio_api/file={target}")
    assert raised.value.code in (403, 404)


def test_a_file_over_the_limit_is_refused(client, tmp_path):
    (tmp_path / "big.png").write_bytes(bytes(2 * 1024 * 1024))
    with pytest.raises(Exception, match="413|too large|exceeds|size"):
        client.predict(handle_file(str(tmp_path / "big.png")), api_name="/faces")


def test_a_model_that_cannot_be_loaded_ends_the_start_with_a_sentence(tmp_path):
    environment = {**os.environ, "EMOLA_BASE": str(tmp_path / "nothing")}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "The model cannot be loaded." in done.stderr and "Traceback" not in done.stderr
