"""The review's endpoints over plain HTTP: reviewers are answered, annotators and visitors are refused."""

import shutil
from types import SimpleNamespace
from uuid import uuid4

import gradio as gr
import httpx
import pytest

from db import people, sign_ins
from studio.people.identify import COOKIE
from studio.review.endpoints import ENDPOINTS
from studio.review.tab import build_tab
from studio.serving import Choice, Serving
from tests.browser.reviewed import STUDY, said
from tests.studio.conftest import open_workplace
from tests.studio.fake import FakePredictor


@pytest.fixture(scope="module")
def served(tmp_path_factory, template):
    """The tab alone, served with accounts."""
    folder = tmp_path_factory.mktemp("http") / "studio"
    shutil.copytree(template[0], folder)
    work = open_workplace(folder, Serving(lambda choice: FakePredictor(), Choice()), accounts=True)
    tokens = {}
    with work.database.sessions.begin() as session:
        for role in ("annotator", "reviewer"):
            row = people.add(session, role.title(), role, password_hash="kept")
            tokens[role] = sign_ins.sign_in(session, row.id)
    with gr.Blocks() as blocks:
        build_tab(work)
    _, address, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield SimpleNamespace(address=address, tokens=tokens, faces=template[1])
    blocks.close()
    work.database.close()


def post(served, role, name, *arguments):
    headers = {"Cookie": f"{COOKIE}={served.tokens[role]}"} if role else {}
    address = f"{served.address}gradio_api/run/{name}"
    return httpx.post(address, json={"data": list(arguments)}, headers=headers, timeout=60)


ARGUMENTS = {
    "review_queue": [STUDY, "disputed", 0],
    "review_face": [STUDY, 1],
    "review_decide": [STUDY, 1, str(uuid4()), said(0, 0)["labels"], None, "seen", [], None],
    "review_withdraw": [1, str(uuid4()), "seen"],
    "review_undo": [1, str(uuid4())],
    "review_accept": [STUDY, 0],
    "review_ask_more": [STUDY, 1, 4],
    "review_numbers": [STUDY],
    "review_numbers_file": [STUDY, "json"],
}


@pytest.mark.parametrize("endpoint", [endpoint.__name__ for endpoint in ENDPOINTS])
@pytest.mark.parametrize(("role", "title"), [("annotator", "Not allowed"), (None, "Sign in")])
def test_who_is_no_reviewer_is_refused(served, endpoint, role, title):
    answer = post(served, role, endpoint, *ARGUMENTS[endpoint])
    assert answer.status_code == 500 and answer.json()["title"] == title


def test_a_reviewer_settles_a_face_over_http(served):
    found = post(served, "reviewer", "review_queue", STUDY, "disputed", 0).json()["data"][0]
    face = found["items"][0]["face_id"]
    seen = post(served, "reviewer", "review_face", STUDY, face).json()["data"][0]
    ids = [column["annotation_id"] for column in seen["columns"] if column["kind"] == "annotator"]
    decision = [STUDY, face, str(uuid4()), said(0, 0)["labels"], None, "Two of three.", ids, seen["gold"]]
    done = post(served, "reviewer", "review_decide", *decision).json()["data"][0]
    assert done["history"][0]["by"] == "Reviewer" and done["history"][0]["emotion"] == "happiness"
    again = post(served, "reviewer", "review_decide", *decision).json()["data"][0]
    assert again["gold_id"] == done["gold_id"]
    assert "progress" in post(served, "reviewer", "review_numbers", STUDY).json()["data"][0]["html"].lower()


def test_a_wrong_argument_is_answered_with_a_sentence(served):
    answer = post(served, "reviewer", "review_queue", STUDY, "everything", 0).json()
    assert "There is no list 'everything'" in answer["error"] and answer["title"] == "Error"
