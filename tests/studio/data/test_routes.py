"""Files in and out by plain HTTP: who may, how large, and whole or not at all."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import people, sign_ins
from studio.data import routes, staging
from studio.people.identify import COOKIE
from tests.studio.conftest import open_workplace

BATCH = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def shared(tmp_path, serving):
    """A studio with accounts, in which pictures may have 1 MB."""
    opened = open_workplace(tmp_path, serving, accounts=True, max_upload_mb=1)
    yield opened
    opened.database.close()


@pytest.fixture
def as_role(shared):
    """A client that is signed in with a role; None: not at all."""

    def as_role(role: str | None):
        client = TestClient(Starlette(routes=routes.routes(shared)))
        if role:
            with shared.database.sessions.begin() as session:
                row = people.add(session, role, role, password_hash="kept elsewhere")
                client.cookies.set(COOKIE, sign_ins.sign_in(session, row.id))
        return client

    return as_role


@pytest.mark.parametrize("role, status", [(None, 401), ("annotator", 403), ("reviewer", 403), ("admin", 200)])
def test_only_admins_send_files(as_role, role, status):
    answer = as_role(role).put(f"/incoming/{BATCH}/a/1.png", content=b"picture")
    assert answer.status_code == status
    assert staging.place_of(BATCH, "a/1.png").exists() == (status == 200)


@pytest.mark.parametrize(
    "role, exported, backup",
    [(None, 401, 401), ("annotator", 403, 403), ("reviewer", 200, 403), ("admin", 200, 200)],
)
def test_exports_are_for_reviewers_and_backups_for_admins(as_role, role, exported, backup):
    for name in ("emola-1-parquet-1.parquet", f"emola-1{staging.BACKUP}1.db"):
        staging.outgoing(name).write_bytes(b"rows")
    client = as_role(role)
    assert client.get("/exports/emola-1-parquet-1.parquet").status_code == exported
    assert client.get(f"/exports/emola-1{staging.BACKUP}1.db").status_code == backup


def test_a_request_of_another_web_site_is_refused(as_role):
    client = as_role("admin")
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.put(f"/incoming/{BATCH}/1.png", content=b"x", headers=headers).status_code in (401, 403)


def test_a_picture_that_is_too_large_leaves_nothing(as_role):
    client = as_role("admin")
    answer = client.put(f"/incoming/{BATCH}/1.png", content=bytes(2**20 + 1))
    assert (answer.status_code, answer.text) == (413, "1.png is too large: at most 1 MB are taken.")
    assert [path for path in staging.batch_folder(BATCH).rglob("*") if path.is_file()] == []


def test_an_archive_may_be_larger_than_a_picture(as_role):
    answer = as_role("admin").put(f"/incoming/{BATCH}/faces.zip", content=bytes(2**20 + 1))
    assert answer.json() == {"size": 2**20 + 1}
    assert staging.places(BATCH) == [staging.batch_folder(BATCH) / staging.APART / "faces.zip"]


@pytest.mark.parametrize("name", ["..%2f..%2fevil.png", "%2fetc%2fpasswd", ".hidden.png"])
def test_a_name_that_leads_out_is_refused(as_role, name):
    assert as_role("admin").put(f"/incoming/{BATCH}/{name}", content=b"x").status_code in (400, 404)


@pytest.mark.parametrize("name", ["nothing.csv", "..%2f..%2femola.db"])
def test_what_is_not_there_is_not_found(as_role, name):
    assert as_role("admin").get(f"/exports/{name}").status_code == 404
