"""A round of learning with a real database and a real training, on the tiny EmoLA that knows three colours.

Killed processes: test_retrain_killed.py.
"""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from sqlalchemy import select

from db import leases
from db.erasure import erase_faces
from db.faces import add_subject
from db.models import Adapter, Dataset, Face, Snapshot, SnapshotRow, TrainingRun
from db.runs import serving
from db.snapshots import gold_faces
from model.landmarks import EXPERTS
from tests.train.colour_studio import TASKS, Studio
from train.errors import TrainingError
from train.gate import Terms
from train.retrain import main, parser
from train.rounds import runs
from train.rounds.folders import sweep
from train.rounds.runs import LEASE
from train.rounds.work import work
from train.tuning.bundle import open_bundle


@pytest.fixture(autouse=True)
def squares(monkeypatch):
    """The tests' landmark expert, known by name as any other."""
    monkeypatch.setitem(EXPERTS, "squares", "tests.model.taught:SquareExpert")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def studio(tmp_path, taught):
    made = Studio(tmp_path, taught)
    yield made
    made.database.close()


@pytest.fixture
def corrected(studio):
    """A studio with twelve corrected faces and a gold set of others that say the same."""
    studio.faces(range(20, 24))
    studio.freeze_gold(studio.faces(range(30, 40)))
    return studio


def test_corrections_make_an_adapter_that_is_proven_better_and_serves(corrected):
    status, line = corrected.run()
    assert (status, line["outcome"]) == (0, "promoted"), line["reason"]
    assert (
        line["rounds"][0]["new"] == 12 and "Promoted: On the 30 gold faces REGE went from" in line["reason"]
    )
    with corrected.look() as session:
        row = session.scalars(session.query(TrainingRun).statement).one()
        adapter = session.get(Adapter, row.adapter_id)
        assert row.state == "promoted" and row.report["sets"]["gold"]["rege"]["low"] > 0
        assert row.progress["curve"][-1][0] == 40 and row.finished_at is not None
        now = serving(session)
        assert {task: each.adapter_id for task, each in now.items()} == dict.fromkeys(TASKS, adapter.id)
        kept = row.report["answers"]["gold"]
        assert all((Path(kept[side]) / "answers.jsonl").is_file() for side in ("candidate", "current"))
        assert {**adapter.manifest["metrics"], "answers": row.report["answers"]} == row.report
        assert adapter.revision == line["rounds"][0]["revision"]
    assert corrected.run()[1]["outcome"] == "nothing", "the same labels are not learned twice"


def said_of(studio) -> str:
    """All that models answered, as runs keep it."""
    files = (studio.folder / "work" / "answers").glob("*/answers.jsonl")
    return "".join(file.read_text() for file in files)


def test_runs_share_what_the_tower_saw_but_not_of_faces_that_were_erased(corrected):
    assert corrected.run()[1]["outcome"] == "promoted"
    kept = corrected.folder / "work" / "features"
    before = {file.name: file.stat().st_mtime_ns for file in kept.glob("*/*/*.safetensors")}
    assert len(before) == 12
    with corrected.database.sessions.begin() as session:
        face = session.scalars(session.query(Face).statement).first()
        gone = face.sha256
        gold = select(Snapshot.id).join(Dataset).where(Dataset.purpose == "gold")
        measured = session.scalar(
            select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id.in_(gold)).limit(1)
        )
        erase_faces(session, [face.id, measured], reason="asked to")
    corrected.faces(range(41, 43))
    assert f'"face": "{measured}"' in said_of(corrected)
    assert corrected.run()[1]["outcome"] in ("promoted", "rejected")
    assert f'"face": "{measured}"' not in said_of(corrected)
    after = {file.name: file.stat().st_mtime_ns for file in kept.glob("*/*/*.safetensors")}
    assert len(after) == 17 and not any(name.startswith(gone) for name in after)
    assert {name: time for name, time in before.items() if not name.startswith(gone)}.items() <= after.items()


def test_a_candidate_that_is_no_better_is_rejected_and_what_serves_stays(corrected):
    told = corrected.told(terms=Terms(level=1e-9, max_loss=200))
    status, line = corrected.run(told)
    assert (status, line["outcome"]) == (3, "rejected")
    assert "Rejected: REGE on the gold set did not rise for certain" in line["reason"]
    with corrected.look() as session:
        row = session.scalars(session.query(TrainingRun).statement).one()
        assert row.state == "rejected" and row.message == line["reason"] and row.adapter_id is not None
        assert serving(session) == {}
    assert corrected.run(told)[1]["outcome"] == "nothing"


def test_too_little_that_is_new_is_told_and_nothing_is_written(studio):
    studio.faces([20])
    status, line = studio.run()
    assert (status, line["outcome"]) == (0, "nothing")
    assert line["reason"] == "3 faces with new labels, fewer than the 6 that are asked for."
    with studio.look() as session:
        assert session.query(TrainingRun).count() == 0


def test_a_dry_run_says_what_it_would_train_on_and_changes_nothing(corrected):
    status, line = corrected.run(dry_run=True)
    (plan,) = line["rounds"]
    assert (status, line["outcome"]) == (0, "dry-run")
    assert (plan["faces"], plan["new"], plan["enough"], plan["tasks"]) == (12, 12, True, list(TASKS))
    assert plan["left_out"] == {"held out to measure with": 30}
    with corrected.look() as session:
        assert session.query(TrainingRun).count() == 0


def test_one_process_at_a_time_retrains(corrected):
    with corrected.database.sessions.begin() as session:
        leases.take(session, LEASE, "another", 60)
    status, line = corrected.run()
    assert (status, line["outcome"]) == (0, "busy")
    with corrected.look() as session:
        assert session.query(TrainingRun).count() == 0


def test_without_a_gold_set_the_run_fails_in_words_and_nothing_serves(studio):
    studio.faces(range(20, 23))
    status, line = studio.run()
    assert (status, line["outcome"]) == (1, "failed")
    assert "There is no gold set 'gold'" in line["reason"]
    with studio.look() as session:
        assert session.scalars(session.query(TrainingRun).statement).one().state == "failed"
        assert serving(session) == {}


def test_a_gold_set_of_faces_that_were_trained_on_judges_nothing(corrected):
    assert corrected.run()[1]["outcome"] == "promoted"
    with corrected.look() as session:
        learned = [one.face.id for one in gold_faces(session)][:3]
    corrected.freeze_gold(learned)
    corrected.faces(range(41, 44))
    status, line = corrected.run()
    assert (status, line["outcome"]) == (1, "failed")
    assert "The gold set can't judge this model: 3 faces (1, 2, 3) of what is measured" in line["reason"]


def test_a_person_who_is_measured_with_is_never_learned_from(studio):
    with studio.database.sessions.begin() as session:
        subject = add_subject(session, "p1").id
    studio.faces([20, 21], subject_id=subject)
    studio.freeze_gold(studio.faces([30], subject_id=subject))
    assert studio.run(dry_run=True)[1]["rounds"][0]["faces"] == 0


def test_told_to_end_a_run_stays_open_and_the_next_call_takes_it_up(corrected, monkeypatch):
    ended = threading.Event()

    def loss(self, step, *_):
        if step == 7:
            ended.set()

    with monkeypatch.context() as patch:
        patch.setattr(runs.Life, "loss", loss)
        found = work(corrected.database, corrected.store, corrected.told(), ended=ended)
    assert found["outcome"] == "stopped"
    with corrected.look() as session:
        assert session.scalars(session.query(TrainingRun).statement).one().state == "running"
    corrected.faces([25])
    steps = steps_of(monkeypatch)
    status, line = corrected.run()
    assert (status, line["outcome"]) == (0, "promoted"), line["reason"]
    assert steps[0] == 8, "it goes on from its checkpoint"
    with corrected.look() as session:
        row = session.scalars(session.query(TrainingRun).statement).one()
        assert row.state == "promoted" and row.progress["tries"] == 2


def steps_of(monkeypatch) -> list[int]:
    """The steps that are trained from now on."""
    steps, kept = [], runs.Life.loss
    monkeypatch.setattr(
        runs.Life, "loss", lambda self, step, *more: steps.append(step) or kept(self, step, *more)
    )
    return steps


def test_a_run_that_died_with_its_bundle_made_takes_that_bundle(corrected, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("train.rounds.round.gate.decide", die)
        with pytest.raises(Killed):
            corrected.run()
    (made,) = (corrected.folder / "out").iterdir()
    written = (made / "manifest.json").stat().st_mtime_ns
    steps = steps_of(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr("train.rounds.round.add_facts", lambda folder, **_: open_bundle(folder))
        status, line = corrected.run()
    assert (status, line["outcome"]) == (0, "promoted"), line["reason"]
    assert steps == [] and (made / "manifest.json").stat().st_mtime_ns == written
    assert not list((corrected.folder / "work").glob("run-*"))


def test_a_run_that_failed_leaves_no_checkpoints_and_those_of_others_stay(corrected, monkeypatch):
    def fail(*_):
        raise TrainingError("It cannot be judged.")

    monkeypatch.setattr("train.rounds.round.gate.decide", fail)
    folder = corrected.folder / "work"
    with corrected.database.sessions.begin() as session:
        ended, alive = dead(session), dead(session, ["emotion"])
        runs.finish(session, ended.id, "failed", "long ago")
        numbers = ended.id, alive.id, 99
    for number in numbers:
        (folder / f"run-{number}").mkdir(parents=True)
    with corrected.look() as session:
        assert sweep(session, folder) == [folder / f"run-{ended.id}"]
    assert sorted(path.name for path in folder.glob("run-*")) == [f"run-{alive.id}", "run-99"]
    status, line = corrected.run()
    assert (status, line["reason"]) == (1, "It cannot be judged.")
    assert [path.name for path in folder.glob("run-*")] == ["run-99"], "the dead one was no round any more"


def dead(session, tasks=("au",), **progress):
    options = {"tasks": list(tasks)}
    row = runs.begin(session, snapshot_id=None, parent_id=None, options=options)
    row.progress = progress or None
    return row


def test_of_dead_runs_the_newest_that_would_begin_the_same_is_taken_up(corrected):
    with corrected.database.sessions.begin() as session:
        rows = {
            "before": dead(session),
            "newest": dead(session),
            "too often": dead(session, tries=runs.TRIES),
            "other round": dead(session, ["emotion"]),
            "no round": dead(session, ["au", "emotion"]),
        }
        taken = runs.take_up(session, {"tasks": ["au"]}, None, [("au",), ("emotion",)])
        assert taken is rows["newest"] and taken.progress == {"tries": 2}
        assert rows["other round"].state == "running"
        for name, words in (
            ("before", "a later run does the same"),
            ("too often", "it died 3 times"),
            ("no round", "have changed since"),
        ):
            assert rows[name].state == "failed" and words in rows[name].message


def test_a_dead_run_that_cannot_be_taken_up_starts_no_other_without_enough_that_is_new(studio):
    with studio.database.sessions.begin() as session:
        number = dead(session).id
    assert studio.run()[1]["outcome"] == "nothing"
    with studio.look() as session:
        assert session.get(TrainingRun, number).state == "failed"


def test_somebody_s_stop_in_the_row_ends_the_work(corrected):
    with runs.held(corrected.database, every=3600) as life:
        with corrected.database.sessions.begin() as session:
            life.run_id = runs.begin(session, snapshot_id=None, parent_id=None, options={}).id
        life.beat()
        assert not life.should_stop()
        with corrected.database.sessions.begin() as session:
            session.get(TrainingRun, life.run_id).state = "stopped"
        life.beat()
        assert life.should_stop() and "asked in the Runs tab" in life.why


def test_a_lease_that_was_lost_ends_the_work(corrected):
    with runs.held(corrected.database, every=3600) as life:
        with corrected.database.sessions.begin() as session:
            later = runs.clock.now(session) + timedelta(hours=1)
            assert leases.take(session, LEASE, "another", 60, now=later)
        life.beat()
        assert life.should_stop() and "taken the work over" in life.why


def test_the_live_loss_curve_is_thinned_and_keeps_its_end():
    life = runs.Life(None)
    for step in range(1, 1001):
        life.loss(step, 1000, 1 / step, 0.0)
    curve = life._progress["curve"]
    assert len(curve) <= runs.POINTS and curve[-1] == [1000, 0.001]
    assert [step for step, _ in curve] == sorted({step for step, _ in curve})


@pytest.mark.parametrize("text, seconds", [("30m", 1800), ("6h", 21600), ("1.5d", 129600), ("10s", 10)])
def test_times_of_watch(text, seconds):
    assert parser().parse_args(["--watch", text]).watch == seconds


def test_watch_does_rounds_until_it_is_told_to_end(studio, monkeypatch):
    calls = []

    def idle(*_, ended, **__):
        calls.append(1)
        if len(calls) == 3:
            ended.set()
        return {"outcome": "nothing", "reason": "", "rounds": []}

    monkeypatch.setattr("train.retrain.work", idle)
    assert studio.run(watch=0.001)[0] == 0 and len(calls) == 3


def test_the_command_reads_the_settings_and_ends_with_json(studio, monkeypatch, capsys):
    monkeypatch.setenv("EMOLA_DATABASE", studio.url)
    monkeypatch.setenv("EMOLA_PICTURES", str(studio.folder / "pictures"))
    monkeypatch.setenv("EMOLA_BASE", studio.options.base)
    assert main(["--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "dry-run"
    with pytest.raises(SystemExit):
        main(["--watch", "often"])
