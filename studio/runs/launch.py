"""Starts a retraining as a process of its own, and tells honestly what became of it.

`python -m train.retrain` gets the studio's database, pictures and model by its environment, is detached from
the studio (it goes on if the studio ends), and writes to a log file. Its progress is in the run's row. A job
of the studio waits for its end: a process that ends without a word, or says that nothing was to be done, is
told on the page, not passed over. Not covered: other machines; there, cron and the same command.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db import run_history
from model.errors import EmolaError
from studio.data.jobs import Busy, Job
from studio.people.person import Person
from studio.workplace import Workplace

KIND = "retrain"
ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "train.retrain")
LOGS = Path("runs/logs")
LOOK = 0.5
"""Seconds between two looks whether somebody wants it to end."""
PLAN_SECONDS = 100
TAIL = 20_000
"""Bytes at a log's end that are read."""


class RunFailed(EmolaError):
    """The retraining did not come to a judgement. What serves is untouched."""


def runs_start(work: Workplace, person: Person, min_new: int = 50) -> dict[str, Any]:
    """Start a retraining in a process of its own, if so many faces have new labels; `launch` of
    runs_overview tells what became of it.
    """
    least = _least(min_new)
    with work.database.reads.begin() as session:
        alive = [run for run in run_history.runs(session, 20) if run.state == "running"]
        alive = [run for run in alive if not run_history.silent(session, run)]
    if alive:
        raise Busy(f"Run {alive[0].id} is under way. Wait for its end, or stop it.")
    log = _new_log()

    def watch(job: Job) -> None:
        job.result = {"log": str(log)}
        _watch(job, _begin(work, log, "--min-new", str(least)), log)

    return work.jobs.start(KIND, "Retraining", person.id, watch).as_dict()


def runs_plan(work: Workplace, person: Person) -> dict[str, Any]:
    """What a retraining would learn from now, counted exactly: the command's own dry run, some seconds."""
    command = [*COMMAND, "--dry-run"]
    try:
        done = subprocess.run(
            command, env=_environment(work), capture_output=True, text=True, timeout=PLAN_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RunFailed(f"The dry run could not be done ({error}).") from error
    said = _last_json(done.stdout)
    if said is None or done.returncode:
        raise RunFailed(f"The dry run failed: {said['reason'] if said else _last_line(done.stderr)}")
    return said


def runs_stop(work: Workplace, person: Person, run_id: int | None = None) -> dict[str, Any]:
    """Stop a run, wherever its process is: it sees that within seconds. Without a number: the process that
    was started here and has no run yet.
    """
    if run_id is not None:
        with work.database.sessions.begin() as session:
            run = run_history.stop(session, int(run_id), by=person.name)
            return {"run": run.id, "state": run.state}
    job = work.jobs.running(KIND)
    if job is not None:
        job.stopping.set()
    return {"run": None, "state": "stopped" if job else "nothing"}


def shown(work: Workplace) -> dict[str, Any] | None:
    """Return the last retraining that was started here, as the page shows it."""
    job = next((one for one in work.jobs.all() if one.kind == KIND), None)
    return job.as_dict() if job else None


def _begin(work: Workplace, log: Path, *arguments: str) -> subprocess.Popen:
    try:
        with log.open("wb") as output:
            return subprocess.Popen(
                [*COMMAND, *arguments],
                env=_environment(work),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise RunFailed(f"The retraining could not be started ({error}).") from error


def _watch(job: Job, process: subprocess.Popen, log: Path) -> None:
    """Wait for the process; raise RunFailed where it failed, with its own words."""
    while process.poll() is None:
        if job.stopping.wait(LOOK):
            process.terminate()
            process.wait()
    tail = log.read_bytes()[-TAIL:].decode(errors="replace")
    said = _last_json(tail) or {}
    job.result |= {"outcome": said.get("outcome"), "status": process.returncode}
    if said.get("outcome") in ("promoted", "rejected", "nothing", "busy"):
        job.told(1, 1, said.get("reason") or "")
    elif not job.stopping.is_set():
        raise RunFailed(
            said.get("reason")
            or f"The process ended with status {process.returncode}: {_last_line(tail)} Its log: {log}"
        )


def _environment(work: Workplace) -> dict[str, str]:
    """Return the environment in which train.retrain works on what this studio works on."""
    choice = work.serving.choice
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "EMOLA_DATABASE": work.database.url.render_as_string(hide_password=False),
        "EMOLA_PICTURES": work.pictures.place,
        "EMOLA_BASE": choice.base,
        "EMOLA_ADAPTER": choice.adapter,
        "EMOLA_EXPERT": choice.expert,
    }


def _new_log() -> Path:
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFailed(
            f"The log {LOGS} cannot be written ({error.strerror}). Nothing was started."
        ) from error
    return (LOGS / f"retrain-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt").resolve()


def _least(min_new: Any) -> int:
    try:
        least = int(min_new)
    except (TypeError, ValueError, OverflowError) as error:
        raise RunFailed(f"The least number of new faces is {min_new!r}. Give a number, 1 or more.") from error
    if least < 1:
        raise RunFailed(f"The least number of new faces is {least}. Give 1 or more.")
    return least


def _last_json(text: str) -> dict[str, Any] | None:
    """Return what the command's last line says."""
    for row in reversed(text.replace("\r", "\n").splitlines()):
        if row.startswith("{"):
            try:
                return json.loads(row)
            except ValueError:
                continue
    return None


def _last_line(text: str) -> str:
    rows = [row.strip() for row in text.replace("\r", "\n").splitlines() if row.strip()]
    return rows[-1][:300] if rows else "it said nothing."
