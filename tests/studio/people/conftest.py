"""A studio with accounts, without the page around it, and people in it."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import invitations, people
from studio.people import hub_routes, own_password, passwords, routes
from tests.studio.conftest import open_workplace

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def kept() -> str:
    """The hash of everybody's password."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def work(tmp_path, serving):
    """A studio with accounts."""
    opened = open_workplace(tmp_path, serving, accounts=True)
    yield opened
    opened.database.close()


@pytest.fixture
def add(work, kept):
    """Adds a person with PASSWORD and returns the row."""

    def add_(name: str, role: str = "annotator"):
        with work.database.sessions.begin() as session:
            return people.add(session, name, role, password_hash=kept)

    return add_


@pytest.fixture
def invite(work):
    """Invites somebody and returns the link's last part."""

    def invite_(role: str = "annotator", **more) -> str:
        with work.database.sessions.begin() as session:
            return f"/invitation/{invitations.invite(session, role, **more)[1]}"

    return invite_


@pytest.fixture
def browser(work):
    """Makes browsers, each with cookies of its own. A refusal is not waited for."""

    def browser_(base_url: str = "http://studio.org") -> TestClient:
        ways = [*routes.routes(work, refusal_seconds=0), *hub_routes.routes(work), *own_password.routes(work)]
        app = Starlette(routes=ways)
        return TestClient(app, base_url=base_url, follow_redirects=False)

    return browser_
