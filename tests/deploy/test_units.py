"""deploy/'s units and crontab: systemd takes them, and what they start is there."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from studio import serve
from train import retrain

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HOME = "/opt/emola-studio"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
STARTS = {"emola-studio.service": "app.py", "emola-retrain.service": "-m train.retrain --min-new 50"}


def read(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str
    unit.read(path)
    return unit


def command(unit: configparser.ConfigParser) -> str:
    return unit["Service"]["ExecStart"].removeprefix(f"{HOME}/.venv/bin/python ")


def test_the_units_are_these():
    assert {path.name for path in UNITS} == {*STARTS, "emola-retrain.timer"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_finds_nothing_wrong(tmp_path):
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace(f"{HOME}/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text.replace(HOME, str(ROOT)), encoding="utf-8")
    names = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, timeout=120
    )
    said = [line for line in done.stderr.splitlines() if "emola" in line]
    assert said == []


@pytest.mark.parametrize("name", STARTS)
def test_a_service_starts_what_is_there_as_nobody_special(name):
    unit = read(DEPLOY / name)
    service = unit["Service"]
    assert command(unit) == STARTS[name] and service["WorkingDirectory"] == HOME
    assert service["User"] == "emola" and service["EnvironmentFile"] == "-/etc/emola-studio.env"
    assert (ROOT / "app.py").is_file() and (ROOT / "train" / "retrain.py").is_file()


def test_a_rejected_candidate_is_no_failure_of_the_round():
    service = read(DEPLOY / "emola-retrain.service")["Service"]
    assert service["SuccessExitStatus"] == str(retrain.STATUS["rejected"])
    assert service["Type"] == "oneshot"


def test_the_studio_has_time_for_its_last_sending():
    seconds = int(read(DEPLOY / "emola-studio.service")["Service"]["TimeoutStopSec"])
    assert seconds > 20 and callable(serve.launch), "Sync.stop waits 20 seconds"


def test_timer_and_crontab_do_the_same_at_the_same_hour():
    timer = read(DEPLOY / "emola-retrain.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 03:00:00" and timer["Persistent"] == "true"
    lines = (DEPLOY / "emola-retrain.cron").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if re.match(r"[\d*]", line)]
    assert line.startswith(f"0 3 * * * emola cd {HOME} && ")
    assert f".venv/bin/python {STARTS['emola-retrain.service']}" in line


@pytest.mark.parametrize("name", ["emola-retrain.service", "emola-retrain.cron"])
def test_the_round_s_arguments_are_known(name):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    (arguments,) = re.findall(r"-m train\.retrain([^>\n]*)", text)
    assert retrain.parser().parse_args(arguments.split()).min_new == 50


def test_the_settings_of_the_environment_file_exist():
    text = (DEPLOY / "emola-studio.env").read_text(encoding="utf-8")
    named = set(re.findall(r"\bEMOLA_[A-Z_]+(?==)", text))
    assert named and named <= {setting.name for setting in settings.SETTINGS}
