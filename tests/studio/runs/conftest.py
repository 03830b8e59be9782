"""A studio that has learned: runs, reports and answers (`tests.browser.learned`), with the fake predictor."""

import shutil
from types import SimpleNamespace

import pytest

from studio.people.identify import local_person
from studio.people.person import Person
from tests.browser.learned import fill
from tests.studio.conftest import open_workplace


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A folder that is only copied, and the ids of its faces; its bundles do not load."""
    folder = tmp_path_factory.mktemp("learned")
    return folder, fill(folder, real=False)


@pytest.fixture
def learned(tmp_path, template, serving):
    """The workplace, an admin, a reviewer, and the ids of its faces."""
    folder, faces = template
    shutil.copytree(folder, tmp_path / "studio")
    work = open_workplace(tmp_path / "studio", serving)
    admin = local_person(work.database)
    yield SimpleNamespace(
        work=work, admin=admin, reviewer=Person(admin.id + 100, "Rae", "reviewer"), folder=folder, **faces
    )
    work.database.close()
