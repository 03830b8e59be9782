"""One round of learning: new labels in, a candidate trained, measured against what serves, promoted or not.

A round is for the tasks that one adapter answers: an adapter for both tasks has one successor, one a task has
its own. What serves is untouched until the last transaction, which registers the candidate, promotes it and
ends the run; a candidate that is rejected is registered all the same, so that a person can look at its
answers and overrule (`db.runs.overrule`).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.answer_files import forget
from db.models import Face, Snapshot, TrainingRun
from db.runs import promote, register
from db.session import Database
from model import hub, manifest
from model.predictor import MINI, Predictor
from train import gate
from train.corpus.pictures import Pictures
from train.corpus.replay import replay_rows
from train.dataset import freeze_training, read_rows
from train.errors import TrainingError
from train.evaluation.log import answers_of, open_log
from train.evaluation.run import ask
from train.evaluation.set import EvaluationSet
from train.lora import FEATURES, fine_tune
from train.rounds import folders, runs
from train.rounds.plan import Serving, Settings, about
from train.rounds.runs import Life
from train.rounds.sets import read_sets, refuse_leaks
from train.tuning.bundle import Bundle, add_facts
from train.tuning.features import prune
from train.tuning.loop import Progress
from train.tuning.options import Options


def one_round(
    database: Database, store, settings: Settings, current: Serving, life: Life, resumed: int | None = None
) -> dict[str, Any]:
    """Do a round and return how it ended: outcome (promoted, rejected), reason, run, revision.

    resumed: the dead run that is gone on with. Raises TrainingError and others where it failed; then the
    run's row is still running, for the caller to end.
    """
    options = replace(settings.options, tasks=current.tasks, adapter=current.place)
    with database.sessions.begin() as session:
        run, snapshot = _begin(session, settings, current, resumed)
    life.work_on(run.id, run.progress)
    life.tell(stage="preparing")
    pictures = Pictures(store)
    with database.reads.begin() as session:
        prune(_features(options), set(session.scalars(select(Face.sha256))))
        forget(session, set(session.scalars(select(Face.id).where(Face.erased_at.is_not(None)))))
        rows = read_rows(session, snapshot.id, options.tasks)
        replay = replay_rows(options, session, snapshot.id)
        sets = read_sets(session, options, pictures, gold=settings.gold, original=settings.original)
        refuse_leaks(session, sets, snapshot.id, current.adapter_id)
    bundle = _train(options, rows, replay, snapshot.sha256, pictures, run.id, life)
    life.require()
    answers = {
        name: _answers(measured.asked, options, bundle, current, settings, life, name)
        for name, measured in sets.items()
    }
    life.tell(stage="judging")
    life.beat()
    life.require()
    decision = gate.decide(answers["gold"], answers["original"], settings.terms)
    places = {"candidate": str(bundle.folder), "current": current.place}
    kept = {
        name: {"asked": measured.asked.digest}
        | {side: str(_log(options, place, measured.asked).resolve()) for side, place in places.items()}
        for name, measured in sets.items()
    }
    bundle = add_facts(bundle.folder, metrics=decision.report)
    place = settings.publish(bundle.folder)
    with database.sessions.begin() as session:
        ended = _end(session, run.id, bundle, place, decision, current, kept)
    return ended


def _begin(session: Session, settings: Settings, current: Serving, resumed: int | None):
    """(the run's row, its snapshot): a dead run's, or new ones."""
    if resumed is not None:
        run = session.get_one(TrainingRun, resumed)
        return run, session.get_one(Snapshot, run.snapshot_id)
    snapshot = freeze_training(session, accept=settings.accept, tasks=current.tasks).snapshot
    facts = about(settings, current)
    run = runs.begin(session, snapshot_id=snapshot.id, parent_id=current.adapter_id, options=facts)
    return run, snapshot


def _train(options: Options, rows, replay, digest: str, pictures, run_id: int, life: Life) -> Bundle:
    life.tell(stage="training")

    def show(at: Progress) -> None:
        life.loss(at.step, at.steps, at.loss, at.eta_seconds)
        print(
            f"\rtraining {at.step}/{at.steps}  loss {at.loss:.4f}  {at.eta_seconds:.0f} s left ",
            end="" if at.step < at.steps else "\n",
            flush=True,
        )

    bundle = fine_tune(
        replace(options, work=folders.of_run(options, run_id)),
        rows,
        pictures,
        replay=replay,
        snapshot=digest,
        on_progress=show,
        should_stop=life.should_stop,
        features_in=_features(options),
    )
    if bundle is None:
        raise TrainingError("train.retrain runs in one process. Start it without accelerate's launcher.")
    return bundle


def _features(options: Options) -> Path:
    """Where what the vision tower saw is kept: for all runs, which see mostly the same faces."""
    return Path(options.work) / FEATURES


def _answers(
    asked: EvaluationSet,
    options: Options,
    bundle: Bundle,
    current: Serving,
    settings: Settings,
    life: Life,
    name: str,
) -> gate.Answers:
    """Both models' answers about a set; those of a model that was asked before are taken from its log."""
    sides = {}
    for side, place in (("candidate", str(bundle.folder)), ("current", current.place)):
        life.tell(stage=f"{side} on the {name} set", step=0, steps=len(asked.faces))
        run = {"model": _identity(options.base, place), "asked": asked.digest}
        names = [face.name for face in asked.faces]
        with open_log(_log(options, place, asked), run, names, settings.batch_size) as log:
            if len(log.answered) < len(asked.faces):
                predictor = _predictor(options, place)

                def watch(done: int, of: int) -> None:
                    life.tell(step=done, steps=of)
                    life.require()

                ask(predictor, asked.faces, log, batch_size=settings.batch_size, watch=watch)
            sides[side] = {task: answers_of(log.answered, asked.face_of[task], task) for task in asked.tasks}
    return gate.Answers(asked.entries, **sides, table=asked.table)


def _log(options: Options, place: str, asked: EvaluationSet) -> Path:
    """Where a model's answers about a set are kept, so that it is asked once, and people can look at them."""
    return folders.answers(options, _identity(options.base, place), asked.digest)


def _predictor(options: Options, place: str) -> Predictor:
    adapters = {}
    if place:
        one = options.tasks[0] if len(options.tasks) == 1 else None
        adapters = {f"adapter_{one}" if one else "adapter": place}
    return Predictor(
        options.base or None,
        **adapters,
        expert=options.expert or None,
        device=options.device or _device(),
        probabilities=False,
    )


def _device() -> str:
    """Return where models are asked unless told otherwise: where they are trained."""
    return str(torch.accelerator.current_accelerator()) if torch.accelerator.is_available() else "cpu"


def _identity(base: str, place: str) -> str:
    kind = "adapter" if place else "base"
    return manifest.read(hub.fetch(place or base or str(MINI)), kind)["identity"]


def _end(
    session: Session,
    run_id: int,
    bundle: Bundle,
    place: str,
    decision: gate.Decision,
    current: Serving,
    kept: Mapping[str, Any],
) -> dict[str, Any]:
    """Register the candidate at its place, promote it if it may be, and end the run, all or nothing.

    kept: set -> where both models' answers about it are; it goes into the run's report alone.
    """
    facts = bundle.manifest
    adapter = register(
        session,
        bundle.revision,
        uri=place,
        base_revision=facts["base_identity"],
        expert=facts["landmark_expert"],
        tasks=list(current.tasks),
        parent_id=current.adapter_id,
        manifest=facts,
    )
    state = "promoted" if decision.promoted else "rejected"
    if decision.promoted:
        for task in current.tasks:
            promote(
                session,
                task,
                adapter.id,
                reason=decision.reason,
                follows=current.follows[task],
                report=decision.report,
            )
    report = {**decision.report, "answers": dict(kept)}
    runs.finish(session, run_id, state, decision.reason, adapter_id=adapter.id, report=report)
    return {"outcome": state, "reason": decision.reason, "run": run_id, "revision": bundle.revision}
