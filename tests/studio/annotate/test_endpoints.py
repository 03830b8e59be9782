"""The annotate endpoints over HTTP: as the page posts them, as integrators do, and as a hostile client."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from gradio_client import Client
from sqlalchemy import select

from benchmarks.studio_server import prepare
from db.migrate import migrate
from db.models import Annotation, Assignment, Study
from db.session import open_database
from db.store import PictureStore
from db.studies import enqueue
from studio import app, serve
from studio.annotate.endpoints import ENDPOINTS
from studio.people.identify import COOKIE, People
from studio.serving import Choice, Serving
from studio.workplace import Workplace
from tests.studio.annotate.conftest import LABELS
from tests.studio.fake import FakePredictor

PEOPLE, FACES, OVERLAP = 16, 60, 2


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    """A database with faces and people signed in, as the benchmark makes it."""
    return prepare(tmp_path_factory.mktemp("studio"), FACES, PEOPLE)


@pytest.fixture(scope="module")
def studio(tokens):
    """The whole studio with accounts, served."""
    database = open_database(f"sqlite:///{tokens.database}")
    migrate(database)
    serving = Serving(lambda choice: FakePredictor(), Choice())
    store = PictureStore(tokens.database.parent / "pictures")
    work = Workplace(database, store, serving, People(database, accounts=True))
    blocks = app.build(work)
    _, url, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, **serve.launch_options(work))
    yield work, url
    blocks.close()
    database.close()


class Poster:
    """Posts to endpoints as one annotator, or as nobody."""

    def __init__(self, url, token=None):
        cookies = {COOKIE: token} if token else {}
        self._http = httpx.Client(base_url=url, cookies=cookies, timeout=60)

    def send(self, name, body) -> tuple[int, dict]:
        answer = self._http.post(f"gradio_api/run/{name}", content=body)
        return answer.status_code, answer.json()

    def call(self, name, *data):
        status, answer = self.send(name, json.dumps({"data": data}))
        assert status == 200, answer
        return answer["data"][0]

    def refused(self, name, *data) -> tuple[str, str]:
        """The title and the sentence of a refusal."""
        status, answer = self.send(name, json.dumps({"data": data}))
        assert status == 500 and answer["title"], answer
        return answer["title"], answer["error"]


@pytest.fixture(scope="module")
def ada(studio, tokens):
    return Poster(studio[1], tokens.tokens[0])


def test_the_loop_over_plain_http(ada):
    given = ada.call("next_assignment", "", "page")
    assignment, uuid = given["assignment"]["id"], str(uuid4())
    assert ada.call("view_assignment", assignment)["saved"] is None
    saved = ada.call("save_annotation", assignment, uuid, LABELS)  # what comes after may be left out
    assert ada.call("save_annotation", assignment, uuid, LABELS, *[None] * 6) == saved
    assert ada.call("view_assignment", assignment)["saved"]["id"] == saved["annotation_id"]
    assert ada.call("my_history", "", None, 30)["items"][0]["assignment_id"] == assignment
    assert ada.call("undo_annotation", assignment, str(uuid4()))["in_force"] is None
    assert ada.call("heartbeat", "", "page")["held"] == [assignment]
    ada.call("release_assignment", assignment)


def test_the_loop_by_gradio_client_answers_the_same(studio, tokens):
    client = Client(studio[1], verbose=False, headers={"Cookie": f"{COOKIE}={tokens.tokens[1]}"})
    given = client.predict(study="", client="my-tool", api_name="/next_assignment")
    done = client.predict(given["assignment"]["id"], str(uuid4()), LABELS, api_name="/save_annotation")
    assert done["state"] == "done"


def test_without_sign_in_every_endpoint_refuses(studio):
    nobody = Poster(studio[1])
    wanted = {"save_annotation": 2, "undo_annotation": 2, "check_rationale": 2}
    for endpoint in ENDPOINTS:
        name = endpoint.__name__
        least = wanted.get(name, 0 if name.startswith(("next", "held", "heart", "my_", "list")) else 1)
        assert nobody.refused(name, *[1] * least)[0] == "Sign in", name


def test_others_assignments_and_pictures_are_refused(studio, ada, tokens):
    mallory = Poster(studio[1], tokens.tokens[2])
    assignment = ada.call("next_assignment", "", "page")["assignment"]
    for name in ("view_assignment", "open_assignment", "release_assignment"):
        assert mallory.refused(name, assignment["id"])[0] == "Not yours"
    assert mallory.refused("save_annotation", assignment["id"], str(uuid4()), LABELS)[0] == "Not yours"
    assert mallory.refused("check_rationale", assignment["id"], {}, {}, 1)[0] == "Not yours"
    assert mallory.refused("keep_draft", assignment["id"], {})[0] == "Not yours"
    ada.call("release_assignment", assignment["id"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"data": 5}',
        b'{"data": [1]}',
        b'{"data": [1,2,3,4,5,6,7,8,9,10,11]}',
        b'{"data": [1, "x", {}, NaN]}',
        b'{"data": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"data": [1, "x", {"emotion": "' + b"x" * 2_000_000 + b'"}]}',
        b'{"data": [1, "\xff"]}',
        b'{"data": [null, null]}',
        b'{"data": [[[]], {"a": []}, {"emotion": {}, "au": {"AU12": [[]]}}]}',
    ],
)
def test_no_body_brings_the_endpoint_down(ada, body):
    status, answer = ada.send("save_annotation", body)
    assert status == 500 and answer["title"] == "Error" and answer["error"].endswith(".")


def test_a_sentence_is_html_that_shows_what_was_sent(ada):
    assert "&lt;b&gt;" in ada.refused("my_progress", "<b>nowhere</b>")[1]


def test_sixteen_people_at_once_do_each_face_exactly_twice(studio, tokens):
    work, url = studio
    with work.database.sessions.begin() as session:
        session.add(Study(name="drain", tasks=["emotion", "au"], overlap=OVERLAP))
        session.flush()
        study = session.scalars(select(Study).where(Study.name == "drain")).one()
        assert enqueue(session, study) == FACES

    def drain(token):
        poster, done = Poster(url, token), 0
        while (given := poster.call("next_assignment", "drain", token[:8]))["assignment"]:
            poster.call("save_annotation", given["assignment"]["id"], str(uuid4()), LABELS)
            done += 1
        return done

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert sum(pool.map(drain, tokens.tokens)) == FACES * OVERLAP
    with work.database.reads.begin() as session:
        rows = select(Annotation.face_id, Annotation.annotator_id)
        rows = rows.join(Assignment, Assignment.id == Annotation.assignment_id)
        pairs = session.execute(rows.where(Assignment.study_id == study.id)).all()
    assert len(pairs) == len(set(pairs)) and set(Counter(face for face, _ in pairs).values()) == {OVERLAP}
