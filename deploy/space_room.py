"""A room on this machine like a Space's: a home and a /tmp of its own, and no other place to write to.

Commands in it run as user id 1000, find /home/user and /tmp the only places to write to, and have the Space's
environment variables and no others. Made of a mount namespace, so it takes root on Linux; elsewhere the home
is a folder in /tmp, and `shows` says what is then not shown. Memory and processors are this machine's.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = 1000
HOME = Path("/home/user")
OWNER, NAME = "team", "studio"

# $1: the room's folder; then variables and the command, which can undo none of it: it has no rights of root.
_ENTER = """
set -eu
mount --bind "$1/home" /home
mount --bind "$1/tmp" /tmp
shift
while read -r _ place _; do
  case $place in /home|/tmp|/proc*|/sys*|/dev*) continue ;; esac
  mount -o remount,bind,ro "$place" 2>/dev/null || true
done < /proc/self/mounts
cd /home/user/app
exec setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set -all --inh-caps -all \\
  env -i "$@"
"""


def variables(port: int) -> dict[str, str]:
    """Return what a Gradio Space's process has in its environment, by the hub's documentation of built-in
    variables and of sign-in, and what its images set.
    """
    return {
        "SYSTEM": "spaces",
        "SPACE_ID": f"{OWNER}/{NAME}",
        "SPACE_HOST": f"{OWNER}-{NAME}.hf.space",
        "SPACE_AUTHOR_NAME": OWNER,
        "SPACE_REPO_NAME": NAME,
        "SPACE_TITLE": "EmoLA Studio",
        "SPACE_CREATOR_USER_ID": "0" * 24,
        "ACCELERATOR": "none",
        "CPU_CORES": "2",
        "MEMORY": "16Gi",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_NUM_PORTS": "1",
        "GRADIO_ALLOW_FLAGGING": "never",
        "GRADIO_THEME": "huggingface",
        "PYTHONUNBUFFERED": "1",
        "OAUTH_CLIENT_ID": "a-client",
        "OAUTH_CLIENT_SECRET": "a-secret",
        "OAUTH_SCOPES": "openid profile read-memberships",
        "OPENID_PROVIDER_URL": "https://huggingface.co",
    }


class Room:
    """A room with an empty home. To be closed."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="space-"))
        self.like_a_space = _may_mount()
        self._folder.chmod(0o755)
        self.outside = self._folder / "home" / "user"
        for folder in (self.outside / "app", self._folder / "tmp"):
            folder.mkdir(parents=True)
        self.home = HOME if self.like_a_space else self.outside

    @property
    def shows(self) -> str:
        """What the room shows, in words."""
        if self.like_a_space:
            return f"user id {USER}; only {HOME} and /tmp can be written to"
        return "this user, and all that it can write to: user id 1000 and a read-only disk take root on Linux"

    def copy(self, root: Path, paths: list[str]) -> None:
        """Put files of a checkout where a Space has them."""
        for path in paths:
            target = self.outside / "app" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, target)
        if self.like_a_space:
            self._give_away()

    def start(self, *command: str, more: dict[str, str], log: Path | None = None) -> subprocess.Popen:
        """Start a command in the app's folder, with a bare environment and these variables."""
        path = f"{self.home}/env/bin:{self.home}/.local/bin:/usr/local/bin:/usr/bin:/bin"
        environment = {"HOME": str(self.home), "PATH": path, "PYTHONPATH": f"{self.home}/app", **more}
        given = [*(f"{name}={value}" for name, value in environment.items()), *command]
        inside = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            _ENTER,
            "sh",
            str(self._folder),
        ]
        output = log.open("w") if log else subprocess.PIPE
        return subprocess.Popen(
            [*inside, *given] if self.like_a_space else ["env", "-i", *given],
            cwd=self.outside / "app",
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, more: dict[str, str] | None = None) -> str:
        """Run a command to its end and return what it said. Raises CalledProcessError with it."""
        with self.start(*command, more=more or {}) as process:
            said = process.communicate()[0]
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command, said)
        return said

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _give_away(self) -> None:
        for folder, _, files in os.walk(self._folder):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, USER, USER)


def _may_mount() -> bool:
    """Return whether this process can make a room: root may not in every container."""
    if os.geteuid() or not (shutil.which("unshare") and shutil.which("setpriv")):
        return False
    tried = ["unshare", "--mount", "--propagation", "private", "mount", "--bind", "/tmp", "/tmp"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0
