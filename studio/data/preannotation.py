"""Fills in what the model says of a study's faces ahead of the annotators, in the order of the queue.

One face at a time, so that whoever asks the model meanwhile waits for one face at most. Each answer is in
the database when the next begins: stopped, killed or interrupted by another model being loaded, it goes on
where it was. What counts is the model in use: answers of other revisions stay, and are not taken for its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from db import waiting
from db.errors import NotFound, PictureError
from db.predictions import revision_key
from model.errors import ImageError, NoFaceFound
from studio.predicting import predict_face
from studio.workplace import Workplace

AT_ONCE = 100
"""Faces whose ids are read at once."""


@dataclass(frozen=True)
class Filled:
    """How far it is, in faces: answered, those of which the model can say nothing, and still waiting."""

    answered: int = 0
    unreadable: int = 0
    left: int = 0


def fill(
    work: Workplace,
    study_id: int,
    *,
    limit: int | None = None,
    told: Callable[[Filled], None] = lambda filled: None,
    stop: Callable[[], bool] = lambda: False,
) -> Filled:
    """Ask the model about a study's faces until none is left, `limit` are done, or `stop` says so.

    told: is given how far it is after each face. Raises what the model raises, but for a face that it does
    not find or a picture that cannot be read: these are remembered.
    """
    answered = failed = 0
    after: waiting.Place | None = None
    revision, left = _begin(work, study_id)
    told(Filled(0, 0, left))
    while limit is None or answered + failed < limit:
        if revision != _revision(work):  # another model was loaded meanwhile
            after, (revision, left) = None, _begin(work, study_id)
        with work.database.reads.begin() as session:
            some = waiting.next_waiting(session, study_id, revision, after=after, limit=AT_ONCE)
        if not some and after is None:
            break
        # At the end of the queue, once more from its beginning: its order may have changed meanwhile.
        after = some[-1].place if some else None
        for face_id, _ in some[: None if limit is None else limit - answered - failed]:
            if stop():
                return Filled(answered, failed, left)
            if revision != _revision(work):
                break
            done = ask_about(work, face_id, revision)
            answered, failed, left = answered + done, failed + (not done), max(0, left - 1)
            told(Filled(answered, failed, left))
    return Filled(answered, failed, left)


def ask_about(work: Workplace, face_id: int, revision: str) -> bool:
    """Ask about one face; return whether there was an answer. One that cannot be had is remembered, with
    the reason, for the revision.
    """
    try:
        predict_face(work, face_id)
        return True
    except NotFound:
        return False  # erased meanwhile
    except (NoFaceFound, ImageError, PictureError) as error:
        with work.database.sessions.begin() as session:
            waiting.remember(session, face_id, revision, str(error))
        return False


def _revision(work: Workplace) -> str:
    """Return the key of the model in use."""
    return revision_key(work.serving.predictor.revisions)


def _begin(work: Workplace, study_id: int) -> tuple[str, int]:
    revision = _revision(work)
    with work.database.reads.begin() as session:
        return revision, waiting.count_waiting(session, study_id, revision)
