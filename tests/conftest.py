"""What every test may use: a tiny EmoLA that knows three faces, and Hypothesis without a clock."""

import pytest
from hypothesis import HealthCheck, settings

# Times say how busy the machine is, not whether the code is right.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def taught(tmp_path_factory):
    """A folder with a base that `tests.model.taught` has taught its lessons."""
    from tests.model.taught import teach

    folder = tmp_path_factory.mktemp("taught")
    teach(folder)
    return folder
