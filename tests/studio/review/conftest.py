"""A studio in which three people have annotated a study of twelve faces (`tests.browser.reviewed`)."""

import shutil

import pytest

from studio.people.identify import local_person
from tests.browser.reviewed import fill
from tests.studio.conftest import open_workplace


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A folder with database and pictures that is only copied, and the ids of its faces."""
    folder = tmp_path_factory.mktemp("reviewed")
    return folder, fill(folder)


@pytest.fixture
def filled(tmp_path, template, serving):
    """The workplace, its local person and the ids of its faces."""
    shutil.copytree(template[0], tmp_path / "studio")
    work = open_workplace(tmp_path / "studio", serving)
    yield work, local_person(work.database), template[1]
    work.database.close()
