"""Promotions: one line for each task, flipped in one transaction, and back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from db.errors import DataError, NotFound, SaveConflict
from db.models import TrainingRun
from db.runs import overrule, promote, register, roll_back, serve, serving


def adapter(session, revision="r1", tasks=("au", "emotion"), **more):
    values = {"uri": f"/adapters/{revision}", "base_revision": "b", "expert": "mini", "manifest": {}, **more}
    return register(session, revision, tasks=list(tasks), **values)


def up(session, row, task="au", **more):
    current = serving(session).get(task)
    values = {"reason": "better", "follows": current.id if current else None, **more}
    return promote(session, task, row.id if row else None, **values)


def test_a_revision_is_registered_once(session):
    assert adapter(session).id == adapter(session, uri="/elsewhere").id


def test_the_last_promotion_of_a_task_serves_it(session):
    one, two = adapter(session, "r1"), adapter(session, "r2")
    up(session, one)
    up(session, one, "emotion")
    up(session, two, report={"rege": 97.1})
    assert {task: row.adapter_id for task, row in serving(session).items()} == {
        "au": two.id,
        "emotion": one.id,
    }


def test_nothing_serves_before_the_first(session):
    assert serving(session) == {}


def test_an_adapter_serves_only_what_it_answers(session):
    with pytest.raises(DataError, match="does not answer au"):
        up(session, adapter(session, tasks=["emotion"]))
    with pytest.raises(NotFound):
        promote(session, "au", 999, reason="?", follows=None)


def test_a_decision_made_before_another_one_is_refused(session):
    one, two = adapter(session, "r1"), adapter(session, "r2")
    first = up(session, one)
    up(session, two)
    with pytest.raises(SaveConflict, match="has changed"):
        promote(session, "au", one.id, reason="late", follows=first.id)
    with pytest.raises(SaveConflict):
        promote(session, "au", one.id, reason="late", follows=None)


def test_of_promotions_at_once_one_wins(database):
    with database.sessions.begin() as session:
        rows = [adapter(session, f"r{number}").id for number in range(6)]

    def one(adapter_id):
        try:
            with database.sessions.begin() as session:
                return promote(session, "au", adapter_id, reason="race", follows=None).adapter_id
        except SaveConflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        won = [adapter_id for adapter_id in pool.map(one, rows) if adapter_id]
    with database.reads.begin() as session:
        assert [serving(session)["au"].adapter_id] == won


def test_rolling_back_goes_one_further_each_time_and_ends_at_the_base_model(session):
    for revision in ("r1", "r2", "r3"):
        up(session, adapter(session, revision))
    adapters = [adapter(session, revision).id for revision in ("r2", "r1")]
    for expected in (*adapters, None):
        assert roll_back(session, "au", reason="worse").adapter_id == expected
        assert serving(session)["au"].adapter_id == expected
    with pytest.raises(NotFound, match="nothing to go back to"):
        roll_back(session, "au", reason="worse")


def test_a_promotion_after_a_rollback_goes_back_to_what_served_then(session):
    one, two, three = (adapter(session, revision) for revision in ("r1", "r2", "r3"))
    up(session, one)
    up(session, two)
    roll_back(session, "au", reason="worse")
    up(session, three)
    assert roll_back(session, "au", reason="worse").adapter_id == one.id


def test_a_task_never_promoted_cannot_roll_back(session):
    with pytest.raises(NotFound):
        roll_back(session, "au", reason="?")


def run_of(session, row, state="rejected"):
    run = TrainingRun(state=state, adapter_id=row.id, options={}, report={"rege": 90.0})
    session.add(run)
    session.flush()
    return run


def test_a_person_can_overrule_a_rejection_with_a_reason_that_is_kept(session, things):
    one, two = adapter(session, "r1"), adapter(session, "r2")
    up(session, one)
    by = things.annotator(role="admin")
    made = overrule(session, run_of(session, two).id, reason=" The gold set is out of date. ", decided_by=by)
    assert {row.task for row in made} == {"au", "emotion"}
    assert {(row.kind, row.reason, row.decided_by) for row in made} == {
        ("overruled", "The gold set is out of date.", by)
    }
    assert {row.adapter_id for row in serving(session).values()} == {two.id}
    assert roll_back(session, "au", reason="worse").adapter_id == one.id


def test_only_a_rejected_run_is_overruled_and_not_without_a_reason(session):
    row = adapter(session)
    run = run_of(session, row)
    with pytest.raises(DataError, match="needs a reason"):
        overrule(session, run.id, reason="  ")
    run.state = "promoted"
    with pytest.raises(DataError, match="is promoted; only a rejected"):
        overrule(session, run.id, reason="why not")
    with pytest.raises(NotFound):
        overrule(session, 999, reason="why not")
    assert serving(session) == {}


def test_a_person_lets_an_older_revision_serve_with_a_reason(session, things):
    one, two = adapter(session, "r1"), adapter(session, "r2")
    for task in ("au", "emotion"):
        up(session, one, task)
        up(session, two, task)
    seen = {task: row.id for task, row in serving(session).items()}
    by = things.annotator(role="admin")
    with pytest.raises(DataError, match="needs a reason"):
        serve(session, one.id, reason=" ", follows=seen)
    made = serve(session, one.id, reason="It was better. ", follows=seen, decided_by=by)
    assert {(row.task, row.kind, row.reason, row.decided_by) for row in made} == {
        (task, "promoted", "It was better.", by) for task in ("au", "emotion")
    }
    with pytest.raises(DataError, match="serves already"):
        serve(session, one.id, reason="again", follows=seen)
    with pytest.raises(SaveConflict):
        serve(session, two.id, reason="I saw the old state", follows=seen)
    with pytest.raises(NotFound):
        serve(session, 999, reason="?", follows=seen)
