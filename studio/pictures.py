"""Sends a face's picture to people who have a right to see it, and to nobody else.

Reviewers may see all; an annotator those faces that they were given, and the neutral faces of the same
subjects. Whether a picture exists is not told to others.
"""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.errors import PictureError
from db.models import Assignment, Face
from studio.people.person import Person
from studio.workplace import Workplace

# A picture never changes; but after signing out it must not be had from a shared cache.
HEADERS = {"Cache-Control": "private, max-age=3600", "Vary": "Cookie", "X-Content-Type-Options": "nosniff"}


def may_see(session: Session, person: Person, face_id: int) -> Face | None:
    """Return the face if the person may see its picture, None where not, or where there is none."""
    face = session.get(Face, face_id)
    if face is None or face.sha256 is None:
        return None
    if person.may("reviewer"):
        return face
    given = aliased(Face)
    # Compared with its own subject's other faces, a neutral face is part of what was given.
    wanted = [given.id == face_id]
    if face.neutral and face.subject_id is not None:
        wanted.append(given.subject_id == face.subject_id)
    mine = exists().where(Assignment.annotator_id == person.id, Assignment.face_id == given.id, or_(*wanted))
    return face if session.scalar(select(mine)) else None


def route(work: Workplace) -> Route:
    """Return the route of pictures: `pictures/{face_id}`."""

    def send(request: Request) -> Response:
        person = work.people.who(request)
        if person is None:
            return PlainTextResponse("Sign in to see faces.", 401)
        with work.database.reads.begin() as session:
            face = may_see(session, person, request.path_params["face_id"])
        if face is None:
            return PlainTextResponse("There is no such face for you.", 404)
        try:
            data = work.pictures.get(face.sha256)
        except PictureError as error:
            return PlainTextResponse(str(error), 410)
        return Response(data, media_type=face.media_type, headers=HEADERS)

    async def picture(request: Request) -> Response:
        return await run_in_threadpool(send, request)

    return Route("/pictures/{face_id:int}", picture)
