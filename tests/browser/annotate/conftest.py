"""One studio for all tests of the Annotate tab; each test has studies of its own in it."""

import pytest

from tests.browser.conftest import running
from tests.browser.desk import Office


@pytest.fixture(scope="package")
def house(tmp_path_factory, browser):
    """The running studio."""
    folder = tmp_path_factory.mktemp("annotate")
    with running(folder) as address:
        yield Office(address, folder, browser)


@pytest.fixture
def office(house):
    """The studio, with the browsers that a test opened closed behind it."""
    yield house
    house.tidy()
