"""The real studio, `python app.py` on a free port, and a Chromium to drive it with.

STUDIO_URL in the environment drives a studio that runs already instead, a Space for example.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
import skimage.data
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from model.mini.draw import draw_face, plain_view
from model.mini.geometry import sample_identity
from tests.browser.visits import Visits

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds for the studio to load its model
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@pytest.fixture(scope="session")
def studio(tmp_path_factory):
    """Address of the running studio."""
    if given := os.environ.get("STUDIO_URL"):
        yield given
        return
    with running(tmp_path_factory.mktemp("studio")) as address:
        yield address


@contextmanager
def running(folder: Path, **more: str):
    """The address of a studio of its own, its data and log.txt in a folder; `more`: its settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "log.txt"
    settings = {name: value for name, value in os.environ.items() if not name.startswith("EMOLA_")}
    settings |= {"EMOLA_DATABASE": f"sqlite:///{folder}/emola.db", "EMOLA_PICTURES": f"{folder}/pictures"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**settings, "EMOLA_PORT": str(port), **more},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield wait_for(f"http://127.0.0.1:{port}/", process, log)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def wait_for(url: str, process: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"app.py ended:\n{log.read_text()}"
        try:
            with urlopen(url, timeout=5):
                if "answers at" in log.read_text():  # after all that it says at its start
                    return url
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)  # polling another process's port: there is no event to wait for
    raise AssertionError(f"app.py did not answer within {PATIENCE} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, studio: str):
    """Opens the page with the given context options (viewport, color_scheme, ...), ready to use."""
    visits = Visits(browser)

    def open_(**options) -> Page:
        page = visits.page(**{"permissions": ["camera"], **options})
        page.goto(studio)
        page.wait_for_selector('.stage[data-state="empty"]')
        page.wait_for_selector("#tools input[type=file]", state="attached")
        return page

    yield open_
    visits.close()


@pytest.fixture
def page(open_page) -> Page:
    """The page on a desk's screen, in light colours."""
    return open_page()


def drawn(seed: int, units: dict[str, float], side: int = 400) -> np.ndarray:
    return draw_face(sample_identity(np.random.default_rng(seed)), units, plain_view(), side)[0]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> dict[str, str]:
    """Files to give: a drawn smile, a photograph, three faces, no face, and no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    smile = {"AU6": 0.9, "AU12": 1.0, "AU25": 0.8}
    three = [drawn(11, {"AU4": 0.9, "AU7": 0.9}), drawn(1, smile), drawn(6, {"AU15": 1.0, "AU1": 0.9})]
    made = {
        "smile": drawn(1, smile),
        "astronaut": skimage.data.astronaut(),
        "three": np.concatenate(three, axis=1),
        "wall": np.full((300, 400, 3), 150, np.uint8),
    }
    for name, pixels in made.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "letter.png").write_text("This is a letter, not a picture.")
    return {path.stem: str(path) for path in folder.iterdir()}
