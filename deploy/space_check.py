"""Proves, as far as a machine without the hub can, that what is published boots as a Space and can be used.

    python -m deploy.space_check
    python -m deploy.space_check --python /path/to/python3.12

Puts the files that git tracks into a room like a Space's (`deploy.space_room`), makes a clean environment
there as a Space's build does, from requirements.txt and what the build adds to it, starts app.py with the
Space's variables, and uses the page in a real browser: a prediction, and an annotation that is then in the
database. Prints what was shown, with the seconds since it began, and ends with status 1 where something was
not. Not shown: the hub itself, its proxy and its frame around the page, a GPU.
"""

import argparse
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from huggingface_hub import metadata_load

from deploy import checkout, space_visit
from deploy.space_room import Room, variables

PORT = 7860
PATIENCE = 600.0
"""Seconds for the studio to answer."""

ADDED = ("uvicorn>=0.14.0", "websockets>=10.4", "spaces")
"""What a Space's build asks of pip beside requirements.txt and gradio[oauth,mcp] at the card's version."""

FACE = checkout.ROOT / "studio" / "static" / "samples" / "smile.webp"
PROBE = """
import pathlib, tempfile
for place in ("/", "/usr", "/etc", "/var/tmp", "/opt", pathlib.Path.home(), "/tmp"):
    try:
        tempfile.TemporaryFile(dir=place).close()
        print(place, end=" ")
    except OSError:
        pass
"""


class Report:
    """Lines with the seconds since the start."""

    def __init__(self):
        self._began = time.monotonic()

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:7.1f} s  {what}", flush=True)


def check(python: str, report: Report) -> None:
    """Show all of it. Raises CalledProcessError, RuntimeError, and what the browser raises."""
    card = metadata_load(checkout.ROOT / "README.md") or {}
    room = Room()
    try:
        paths = checkout.tracked()
        room.copy(checkout.ROOT, paths)
        changed = f" and {len(checkout.changed())} files changed since" if checkout.changed() else ""
        report.say(f"{len(paths)} files of commit {checkout.commit()[:12]}{changed} in {room.home}/app")
        install(room, python, card, report)
        report.say(f"{room.shows}; writable: {room.run('python', '-c', PROBE).strip()}")
        port = PORT if is_free(PORT) else free_port()
        use(room, port, report)
    finally:
        room.close()


def install(room: Room, python: str, card: dict, report: Report) -> None:
    """Make the environment, as a Space's build does."""
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    room.run(python, "-m", "venv", f"{room.home}/env")
    wanted = ["-r", "requirements.txt", f"gradio[oauth,mcp]=={card['sdk_version']}", *ADDED]
    room.run("python", "-m", "pip", "install", "--quiet", "--no-cache-dir", *wanted, more=pip)
    count = len(room.run("python", "-m", "pip", "list", "--format=freeze").splitlines())
    version = room.run("python", "-V").split()[1]
    report.say(f"{count} packages for Python {version} (the card asks for {card['python_version']})")


def use(room: Room, port: int, report: Report) -> None:
    """Start the studio, use its page, stop it, and look at what it kept."""
    log = room.outside / "log.txt"
    studio = room.start("python", "app.py", more=variables(port), log=log)
    try:
        link = answering(port, studio, log)
        taken = "" if port == PORT else f" ({PORT} is taken here)"
        report.say(f"app.py answers on port {port}{taken}; its first admin is invited in the log")
        with space_visit.browser_page() as page:
            warning = space_visit.join(page, f"http://127.0.0.1:{port}", link)
            report.say(f"joined by the invitation; the page warns: {warning}")
            report.say(f"a prediction on the Demo tab: {space_visit.predict(page)}")
            report.say(f"a face brought in on the Data tab: {space_visit.bring(page, FACE)}")
            report.say(f"annotated as {space_visit.KEYS!r}: {space_visit.annotate(page)}")
    except BaseException:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        studio.send_signal(signal.SIGTERM)
        status = studio.wait(60)
    said = annotations(room.outside / "app" / "data" / "emola.db")
    report.say(f"stopped by SIGTERM with status {status}; {said} annotation is in the database")
    if status or said != 1:
        raise RuntimeError("The studio did not end well, or the annotation was not kept.")


def answering(port: int, studio: subprocess.Popen, log: Path) -> str:
    """Wait until the studio answers, and return the invitation's path from its log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and studio.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=30):
                if found := re.search(r"https://[\w.-]+/(invitation/[\w-]+)", log.read_text()):
                    return found[1]
        except (URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.1)  # another process's port: there is no event to wait for
    raise RuntimeError(f"app.py did not answer on port {port} within {PATIENCE:.0f} s, or it ended.")


def annotations(database: Path) -> int:
    """Return how many annotations a database has."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM annotations WHERE kind = 'labels'").fetchone()[0]


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.space_check", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--python", default="python3", help="of the room; user id 1000 must be able to start it"
    )
    options = parser.parse_args(arguments)
    report = Report()
    try:
        check(options.python, report)
    except subprocess.CalledProcessError as error:
        report.say(f"{error} It said: {error.output}")
        raise SystemExit(1) from error
    except RuntimeError as error:
        report.say(str(error))
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
