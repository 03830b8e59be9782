"""The running studio follows promotions: a real exchange between real bundles, and why the old one stays."""

import json
import shutil
from threading import Event
from types import SimpleNamespace

import pytest

from db.runs import promote, register, roll_back, serving
from model.landmarks import EXPERTS
from model.predictor import MINI, Predictor
from model.probes import probe_answers, probed_in
from studio import following
from studio.following import Following
from studio.promoted import NotProven, build_proven, wanted
from studio.serve import build_predictor
from studio.serving import Choice, Serving
from tests.model.taught import picture
from tests.studio.fake import FakePredictor
from tests.studio.runs.bundles import make_bundle

TASKS = ("emotion", "au")


@pytest.fixture(autouse=True)
def squares(monkeypatch):
    """The taught model's landmark expert, known by name as any other."""
    monkeypatch.setitem(EXPERTS, "squares", "tests.model.taught:SquareExpert")


@pytest.fixture(scope="module")
def made(tmp_path_factory, taught):
    """Two bundles for the taught base that answer differently; not to be changed."""
    folder = tmp_path_factory.mktemp("bundles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EXPERTS, "squares", "tests.model.taught:SquareExpert")
        facts = [
            make_bundle(taught, folder / str(number), seed=number, strength=strength)
            for number, strength in enumerate((0.0, 0.6))
        ]
    return [SimpleNamespace(folder=folder / str(n), facts=one) for n, one in enumerate(facts)]


@pytest.fixture
def base(taught):
    return Choice(base=str(taught))


@pytest.fixture
def real(work, base):
    """(workplace's database, what serves the taught base, what follows)."""

    def build(choice):
        return build_predictor(Predictor, choice)

    serving_ = Serving(build, base)
    return SimpleNamespace(
        database=work.database, serving=serving_, follow=Following(work.database, serving_), build=build
    )


def put_up(database, bundle, **more) -> int:
    """Register a bundle and promote it for both tasks; return the adapter's id."""
    with database.sessions.begin() as session:
        row = register(
            session,
            more.get("revision", bundle.facts["identity"]),
            uri=str(more.get("folder", bundle.folder)),
            base_revision=bundle.facts["base_identity"],
            expert=bundle.facts["landmark_expert"],
            tasks=list(TASKS),
            manifest=bundle.facts,
        )
        now = serving(session)
        for task in TASKS:
            follows = now[task].id if task in now else None
            promote(session, task, row.id, reason="better", follows=follows)
        return row.id


def says(predictor) -> str:
    *_, said = predictor.stream(picture(0))
    return said.rationales["emotion"]


def test_a_promotion_is_followed_between_answers_and_a_rollback_too(real, made):
    before, alone = real.serving.predictor, says(real.serving.predictor)
    put_up(real.database, made[1])
    streaming = before.stream(picture(0))
    next(streaming)
    calls = []
    real.follow.swapped = lambda: calls.append(real.serving.now)
    assert real.follow.look().state == "serving"
    assert real.serving.predictor is not before and calls == [real.serving.now]
    assert real.serving.predictor.revisions["adapter_au"] == made[1].facts["identity"]
    *_, said = streaming
    assert said.rationales["emotion"] == alone and said.revisions == before.revisions, "ends as it began"
    assert says(real.serving.predictor) != alone
    assert real.serving.status.revision == f"revision {made[1].facts['identity'][:7]}"

    with real.database.sessions.begin() as session:
        for task in TASKS:
            roll_back(session, task, reason="worse")
    assert real.follow.look().state == "serving"
    assert says(real.serving.predictor) == alone
    assert real.serving.predictor.revisions["adapter_au"] is None


def test_a_starting_studio_serves_what_is_promoted(real, made, base):
    number = put_up(real.database, made[0])
    first, seen = following.begin(real.database, real.build, base)
    assert seen.state == "serving" and set(first.promoted) == set(TASKS) and number
    assert first.predictor.revisions["adapter_emotion"] == made[0].facts["identity"]
    assert first.choice == base, "what was chosen is the base; the promotion names the adapter"
    started = Following(real.database, Serving(real.build, base, first), seen)
    kept = first.predictor
    assert started.look().state == "serving" and started._serving.predictor is kept


def copied(made, folder):
    shutil.copytree(made.folder, folder)
    return folder


def refused(real) -> str:
    before = real.serving.now
    seen = real.follow.look()
    assert seen.state == "refused" and real.serving.now is before
    return seen.why


def test_wrong_answers_on_the_probe_faces_leave_the_old_one(real, made, tmp_path):
    folder = copied(made[0], tmp_path / "other")
    facts = json.loads((folder / "manifest.json").read_text())
    facts["probes"][1]["emotion"] = "The person shows fear."
    (folder / "manifest.json").write_text(json.dumps(facts))
    put_up(real.database, made[0], folder=folder)
    why = refused(real)
    assert "On probe face 2 the model answers about emotion" in why and "shows fear" in why


def test_a_changed_file_leaves_the_old_one_and_a_restored_one_is_taken_when_asked(real, made, tmp_path):
    folder = copied(made[0], tmp_path / "other")
    weights = folder / "adapter_model.safetensors"
    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    put_up(real.database, made[0], folder=folder)
    assert "damaged or changed" in refused(real)
    weights.write_bytes(kept)
    assert real.follow.look().state == "refused", "not tried again by itself"
    real.follow.try_again()
    assert real.follow.look().state == "serving"


def test_a_bundle_that_is_gone_or_another_than_promoted_leaves_the_old_one(real, made, tmp_path):
    put_up(real.database, made[0], folder=tmp_path / "nowhere", revision="gone")
    assert "nowhere" in refused(real)
    put_up(real.database, made[0], revision="another")
    assert "not the promoted another" in refused(real)


def test_an_adapter_of_another_base_is_refused_before_anything_is_loaded(work, made):
    serving_ = Serving(lambda choice: FakePredictor(), Choice())
    put_up(work.database, made[0])
    seen = Following(work.database, serving_).look()
    assert seen.state == "refused" and "the base in use is mini@0123456" in seen.why


def test_a_bundle_without_probe_answers_is_not_proven(real, made, tmp_path):
    folder = copied(made[0], tmp_path / "other")
    facts = json.loads((folder / "manifest.json").read_text())
    del facts["probes"]
    (folder / "manifest.json").write_text(json.dumps(facts))
    put_up(real.database, made[0], folder=folder)
    assert "has no answers on the probe faces" in refused(real)


def test_an_adapter_that_somebody_named_wins_and_that_is_told(work, made):
    choice = Choice(adapter="/models/mine")
    serving_ = Serving(lambda choice: FakePredictor(), choice)
    follow = Following(work.database, serving_, prove=None)
    assert follow.look().state == "nothing"
    put_up(work.database, made[0])
    before = serving_.now
    seen = follow.look()
    assert seen.state == "named" and "EMOLA_ADAPTER" in seen.why and serving_.now is before
    first, seen = following.begin(work.database, lambda choice: FakePredictor(), choice, prove=None)
    assert seen.state == "named" and first.promoted == {}


class Adapted(FakePredictor):
    """Answers with whatever adapters it is told."""

    def __init__(self, bundles):
        super().__init__()
        self.revisions |= {f"adapter_{task}": one.revision if one else None for task, one in bundles.items()}


def prove(build, choice, of, base=None):
    return Adapted(of.bundles)


@pytest.fixture
def quick(work, made):
    """A studio with the fake predictor whose promoted adapters are always proven."""
    serving_ = Serving(lambda choice: FakePredictor(), Choice())
    return SimpleNamespace(
        database=work.database, serving=serving_, follow=Following(work.database, serving_, prove=prove)
    )


def test_nothing_is_done_where_nothing_was_ever_promoted_or_nothing_changed(quick, made):
    before = quick.serving.now
    assert quick.follow.look().state == "nothing" and quick.serving.now is before
    put_up(quick.database, made[0])
    quick.follow.look()
    after = quick.serving.now
    quick.follow.look()
    assert quick.serving.now is after is not before
    put_up(quick.database, made[0])
    quick.follow.look()
    assert quick.serving.predictor is after.predictor, "the same adapter again is only noted"
    assert quick.serving.now.promoted != after.promoted


def test_another_model_that_an_admin_loads_meanwhile_is_not_replaced_by_a_late_one(quick, made):
    def slow(build, choice, of, base=None):
        quick.serving.load(Choice(device="cuda"))
        return prove(build, choice, of)

    put_up(quick.database, made[0])
    quick.follow._prove = slow
    quick.follow.look()
    assert quick.serving.choice.device == "cuda" and not quick.serving.now.promoted
    quick.follow._prove = prove
    assert quick.follow.look().state == "serving" and quick.serving.choice.device == "cuda"
    assert quick.serving.now.promoted


def test_what_fails_unexpectedly_leaves_the_old_one_and_says_so(quick, made, caplog):
    def broken(*_):
        raise RuntimeError("CUDA out of memory")

    put_up(quick.database, made[0])
    quick.follow._prove = broken
    seen = quick.follow.look()
    assert seen.state == "refused" and "RuntimeError" in seen.why and "CUDA out of memory" in caplog.text


def test_the_thread_sees_a_promotion_without_being_told(quick, made):
    done = Event()
    quick.follow.swapped = done.set
    quick.follow._every = 0.01
    quick.follow.start()
    put_up(quick.database, made[0])
    assert done.wait(60)
    quick.follow.stop()


def test_a_good_bundle_is_proven_in_another_precision_where_its_words_are_others(work, tmp_path):
    bundle = SimpleNamespace(folder=tmp_path / "bundle")
    bundle.facts = make_bundle(MINI, bundle.folder, seed=1, strength=0.05)
    put_up(work.database, bundle)
    with work.database.reads.begin() as session:
        of = wanted(session)

    def build(choice):
        return build_predictor(Predictor, choice)

    proven = build_proven(build, Choice(dtype="bfloat16"), of)
    assert probed_in(proven) == {"precision": "bfloat16", "device": "cpu"}
    assert bundle.facts["probed_in"] == {"precision": "float32", "device": "cpu"}
    now = probe_answers(proven)
    assert now != bundle.facts["probes"], "other digits, other words"

    facts = json.loads((bundle.folder / "manifest.json").read_text())
    facts["probes"] = [{"emotion": "The person shows joy.", "au": "Nothing moves."}] * 3
    (bundle.folder / "manifest.json").write_text(json.dumps(facts))
    with pytest.raises(NotProven, match="probe face 1"):
        build_proven(build, Choice(dtype="bfloat16"), of)
