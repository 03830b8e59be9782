"""What the Runs tab is told, and what admins decide, as functions."""

from datetime import UTC, datetime, timedelta

import pytest

from db.errors import DataError, NotFound, SaveConflict
from db.models import TrainingRun
from model.errors import EmolaError
from studio.people.identify import local_person
from studio.runs import acts
from studio.runs.compare import runs_compare
from studio.runs.lineage import runs_lineage, runs_taught
from studio.runs.overview import runs_next, runs_overview


def overview(learned):
    return runs_overview(learned.work, learned.admin)


def seen(learned):
    return {one["task"]: one["promotion"] for one in overview(learned)["serving"]["tasks"]}


def row(learned, revision):
    return next(one for one in overview(learned)["rows"] if one["revision"] == revision)


def test_every_revision_has_its_figures_with_their_doubt_and_what_became_of_it(learned):
    found = row(learned, 4)
    assert found["rege"] == {"value": 93.4, "low": pytest.approx(91.3), "high": pytest.approx(95.5)}
    assert found["change"]["difference"] == pytest.approx(4.7) and found["serves"] == ["emotion", "au"]
    assert found["learned"] == {"faces": 8, "new": 2, "erased": 0}
    assert row(learned, 3)["state"] == "rejected" and not row(learned, 3)["serves"]
    failed = overview(learned)["rows"][0]
    assert failed["state"] == "failed" and failed["rege"] is None and failed["labels"] == []


def test_only_admins_may_manage(learned):
    assert overview(learned)["manage"]
    assert not runs_overview(learned.work, learned.reviewer)["manage"]


def test_a_run_without_a_sign_of_life_is_told_as_dead(learned):
    with learned.work.database.sessions.begin() as session:
        at = datetime.now(UTC) - timedelta(minutes=9)
        session.add(TrainingRun(options={}, heartbeat_at=at, progress={"stage": "training", "step": 3}))
    found = overview(learned)["running"]
    assert found["dead"] and found["stage"] == "training" and found["silent_seconds"] >= 540
    assert found["eta"] is None and found["curve"] == ""


def test_the_next_round_counts_what_was_not_learned(learned):
    found = runs_next(learned.work, learned.reviewer)
    assert (found["new"], found["gold_set"], found["needed"]) == (0, 12, 50)


def test_a_studio_without_any_run_has_no_line(work):
    found = runs_overview(work, local_person(work.database))
    assert (found["line"], found["rows"], found["serving"]["tasks"]) == ("", [], [])


def test_rolling_back_and_serving_again_need_a_reason_and_the_present_state(learned):
    work, admin = learned.work, learned.admin
    before = seen(learned)
    with pytest.raises(DataError, match="needs a reason"):
        acts.runs_roll_back(work, admin, ["au", "emotion"], "  ", before)
    acts.runs_roll_back(work, admin, ["au", "emotion"], "worse", before)
    assert row(learned, 2)["serves"] and row(learned, 4)["back"]
    with pytest.raises(SaveConflict):
        acts.runs_roll_back(work, admin, ["au"], "again", before)
    with pytest.raises(SaveConflict):
        acts.runs_serve(work, admin, 4, "again", before)
    acts.runs_serve(work, admin, 4, "It was right after all.", seen(learned))
    decided = row(learned, 4)["decisions"][-1]
    assert (decided["reason"], decided["by"]) == ("It was right after all.", admin.name)


def test_the_gate_is_overruled_with_a_reason(learned):
    run = row(learned, 3)["run"]
    acts.runs_overrule(learned.work, learned.admin, run, "For the demonstration.", seen(learned))
    assert row(learned, 3)["overruled"] and row(learned, 3)["serves"]
    assert "promoted by a person against the gate, serving" in overview(learned)["line"]


@pytest.mark.parametrize("given", [None, "four", [4], float("nan")])
def test_what_is_no_number_is_refused_in_words(learned, given):
    with pytest.raises(EmolaError, match="Give"):
        acts.runs_serve(learned.work, learned.admin, given, "because", {})
    with pytest.raises(EmolaError, match="Give"):
        acts.runs_serve(learned.work, learned.admin, 1, "because", given)


def test_two_revisions_are_compared_face_by_face_and_label_by_label(learned):
    found = runs_compare(learned.work, learned.reviewer, 2, 4)
    assert found["counts"] == {"better": 6, "worse": 0, "same": 6}
    best = found["better"][0]
    assert best["change"] == 1.0 and best["face"] in learned.gold
    assert best["sides"][1]["au"]["labels"] == best["truth"]["au"]
    back = runs_compare(learned.work, learned.reviewer, 4, 2)
    assert back["counts"]["worse"] == 6
    rises = {one["name"]: one for one in found["labels"]}
    assert all(one["difference"] == -rises[one["name"]]["difference"] for one in back["labels"])
    assert all(one["low"] <= one["difference"] <= one["high"] for one in found["labels"])


def test_revisions_that_were_not_asked_the_same_or_whose_answers_are_elsewhere_are_told(learned):
    with pytest.raises(NotFound, match="never asked about the same faces"):
        runs_compare(learned.work, learned.reviewer, 1, 77)
    place = learned.folder / "answers-1"
    place.rename(learned.folder / "moved")
    try:
        with pytest.raises(NotFound, match="not on this machine"):
            runs_compare(learned.work, learned.reviewer, 0, 1)
    finally:
        (learned.folder / "moved").rename(place)


def test_names_are_for_admins(learned):
    with learned.work.database.reads.begin() as session:
        snapshot = session.query(TrainingRun).filter_by(adapter_id=4).one().snapshot_id
    told = runs_taught(learned.work, learned.admin, snapshot)
    assert {one["by"] for one in told["rows"]} == {"ann"} and len(told["rows"]) == 8 and told["next"] is None
    hidden = runs_taught(learned.work, learned.reviewer, snapshot)
    (by,) = {one["by"] for one in hidden["rows"]}
    assert by.startswith("annotator ") and "ann " not in f"{by} ".replace("annotator ", "")
    assert all(one["changes"] is not None for one in told["rows"])


def test_a_prediction_of_the_base_has_no_label_of_this_studio_behind_it(learned):
    found = runs_lineage(learned.work, learned.reviewer, learned.learned[0])
    assert found["tasks"] == [] and found["prediction"]["emotion"] == "happiness"
    with pytest.raises(NotFound, match="There is no face"):
        runs_lineage(learned.work, learned.reviewer, 9999)
