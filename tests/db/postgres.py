"""A real PostgreSQL for the tests: a server of their own, in a temporary folder, on a Unix socket only."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

FOLDERS = (Path(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
# Durability is tested on SQLite; here it would only be slow.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
}


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's server binaries, the newest; None where there are none."""
    found = shutil.which("postgres")
    if found and (Path(found).resolve().parent / "initdb").exists():
        return Path(found).resolve().parent
    return next((folder for folder in FOLDERS if (folder / "initdb").exists()), None)


@contextmanager
def server(folder: Path):
    """Run a server and give the folder of its socket, and stop it at the end."""
    # PostgreSQL refuses to run as root, and its socket's path may have 107 characters at most.
    place = Path(tempfile.mkdtemp(prefix="emola-pg-"))
    user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(place, "nobody")

    def run(*command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PGUSER": "postgres"}
        subprocess.run(
            command, check=True, cwd=place, env=environment, stdout=subprocess.DEVNULL, timeout=120, **user
        )

    data, log = str(place / "data"), str(place / "log")
    try:
        initdb = [str(folder / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        run(*initdb, "--locale=C", "--no-sync", "--no-instructions")
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        run(str(folder / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", f"{options} -k {place}", "start")
        stop = f"read -r _; exec {folder}/pg_ctl -D {data} -m immediate stop"
        # It reads until our end of the pipe closes, which it does even where the tests are killed.
        watcher = subprocess.Popen(
            ["sh", "-c", stop],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=place,
            start_new_session=True,
            **user,
        )
        try:
            yield place
        finally:
            watcher.stdin.close()
            watcher.wait(timeout=60)
    finally:
        shutil.rmtree(place, ignore_errors=True)
