"""The stub's answers, one function a request: each gives (status, JSON or bytes, headers).

By the hub's own behaviour as huggingface_hub 2.4 relies on it: a private repository is "not found" to those
who may not see it; a commit onto another parent than the newest is refused with 412.
"""

import json
import re
from base64 import b64decode
from hashlib import sha256
from urllib.parse import parse_qs

from tests.hub.repos import File, Repository

KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
_NAME = r"(?P<name>[^/]+/[^/]+)"
_API = rf"/api/(?P<kind>models|datasets|spaces)/{_NAME}"


class Refused(Exception):
    """An error answer of the hub."""

    def __init__(self, status: int, message: str, code: str = ""):
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})


def _user(request) -> str:
    if request.signed and request.user is None:
        raise Refused(401, "Invalid credentials in Authorization header")
    return request.user or ""


def find(request, kind: str, name: str, *, write: bool = False) -> Repository:
    """The repository that is asked for, as far as whoever asks may know of it."""
    user = _user(request)
    found = request.hub.repositories.get((KINDS.get(kind, kind), name))
    mine = name.split("/")[0] == user
    if found is None or found.private and not mine:
        raise Refused(404 if user else 401, "Repository not found", "RepoNotFound")
    if write and not mine:
        raise Refused(403, "You don't have the rights to write to this repository")
    return found


def _commit_at(repository: Repository, revision: str):
    found = repository.at(revision)
    if found is None:
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return found


def harnesses(request):
    """What the library asks once a day, to say by which program it is used."""
    return 200, {}, {}


def require_user(request) -> str:
    """Who asks; nobody is refused."""
    user = _user(request)
    if not user:
        raise Refused(401, "Invalid username or password.")
    return user


def whoami(request):
    user = require_user(request)
    return 200, {"type": "user", "name": user, "auth": {"accessToken": {"role": "write"}}}, {}


def create(request):
    asked = request.json()
    user = _user(request)
    owner, kind = asked.get("organization") or user, asked.get("type") or "model"
    if owner != user:
        raise Refused(403, f"You don't have the rights to create a {kind} under {owner}")
    name = f"{owner}/{asked['name']}"
    if (kind, name) in request.hub.repositories:
        raise Refused(409, "You already created this repo")
    if kind == "space":
        if asked.get("sdk") not in ("gradio", "docker", "static"):
            raise Refused(400, "A Space needs an sdk")
        told = {"hardware": asked.get("hardware", ""), "variables": {}, "secrets": {}}
        request.hub.space_settings[name] = told
    # Public unless told otherwise, as on the hub.
    request.hub.make(name, kind, private=asked.get("visibility") == "private")
    where = name if kind == "model" else f"{kind}s/{name}"
    return 200, {"url": f"{request.hub.endpoint}/{where}", "name": name}, {}


def delete(request):
    asked = request.json()
    name = f"{asked.get('organization') or request.user}/{asked['name']}"
    find(request, asked.get("type") or "model", name, write=True)
    del request.hub.repositories[asked.get("type") or "model", name]
    return 200, {}, {}


def info(request, kind, name, revision="main"):
    repository = find(request, kind, name)
    commit = _commit_at(repository, revision or "main")
    siblings = [{"rfilename": path} for path in sorted(commit.files)]
    told = {"id": name, "private": repository.private, "sha": commit.id, "siblings": siblings}
    return (
        200,
        {"_id": name, "author": name.split("/")[0], "tags": [], "downloads": 0, "likes": 0, **told},
        {},
    )


def tree(request, kind, name, revision, folder=""):
    commit = _commit_at(find(request, kind, name), revision)
    inside = f"{folder}/" if folder else ""
    paths = sorted(path for path in commit.files if path.startswith(inside))
    if folder and not paths:
        raise Refused(404, f"{folder} does not exist on {revision}", "EntryNotFound")
    folders: dict[str, None] = {}
    for path in paths:
        parts = path.split("/")
        folders.update(dict.fromkeys("/".join(parts[:depth]) for depth in range(1, len(parts))))
    every = [{"type": "directory", "path": one, "oid": "0" * 40, "size": 0} for one in folders]
    every += [commit.files[path].entry(path) for path in paths]
    if request.query.get("recursive") != ["true"]:
        every = [one for one in every if "/" not in one["path"].removeprefix(inside)]
    start = int(request.query.get("cursor", ["0"])[0])
    page = every[start : start + request.hub.page]
    if start + request.hub.page >= len(every):
        return 200, page, {}
    recursive = request.query.get("recursive", ["false"])[0]
    more = f"{request.path}?recursive={recursive}&cursor={start + request.hub.page}"
    return 200, page, {"Link": f'<{request.hub.endpoint}{more}>; rel="next"'}


def paths_info(request, kind, name, revision):
    commit = _commit_at(find(request, kind, name), revision)
    asked = parse_qs(request.body.decode()).get("paths", [])
    return 200, [commit.files[path].entry(path) for path in asked if path in commit.files], {}


def preupload(request, kind, name, revision):
    repository = find(request, kind, name, write=True)
    commit = _commit_at(repository, revision)
    answers = []
    for file in request.json()["files"]:
        sample, there = b64decode(file["sample"]), commit.files.get(file["path"])
        large = b"\0" in sample or file["size"] > 10 * 2**20
        answer = {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
        if there:
            answer["oid"] = there.oid if there.large else there.blob
        answers.append(answer)
    return 200, {"files": answers}, {}


def batch(request, name, kind="model"):
    repository = find(request, kind or "models", name, write=True)
    objects = []
    for asked in request.json()["objects"]:
        answer = {"oid": asked["oid"], "size": asked["size"]}
        if asked["oid"] not in repository.large:
            where = f"{request.hub.store}/store/{repository.kind}/{name}/{asked['oid']}"
            answer["actions"] = {"upload": {"href": where}, "verify": {"href": f"{where}/verify"}}
        objects.append(answer)
    return 200, {"transfer": "basic", "objects": objects}, {}


def put(request, kind, name, oid):
    # The store's addresses are signed, so no token comes with them.
    if sha256(request.body).hexdigest() != oid:
        raise Refused(400, "The content is not what its hash says")
    request.hub.repository(name, kind).large[oid] = request.body
    return 200, b"", {}


def verify(request, kind, name, oid):
    held = request.hub.repository(name, kind).large.get(oid)
    if held is None or len(held) != request.json()["size"]:
        raise Refused(422, "Not uploaded")
    return 200, {}, {}


def stored(request, kind, name, oid):
    held = request.hub.repository(name, kind).large.get(oid)
    if held is None:
        raise Refused(404, "Not there", "EntryNotFound")
    return _part(request, held, {"ETag": f'"{oid}"'})


def commit(request, kind, name, revision):
    repository = find(request, kind, name, write=True)
    header, *operations = (json.loads(line) for line in request.body.splitlines())
    head = repository.head
    if header["value"].get("parentCommit") not in (None, head.id):
        raise Refused(412, "A commit has happened since. Please refresh and try again.")
    files = dict(head.files)
    for operation in operations:
        value = operation["value"]
        if operation["key"] == "file":
            files[value["path"]] = File(b64decode(value["content"]))
        elif operation["key"] == "lfsFile":
            if value["oid"] not in repository.large:
                raise Refused(400, f"{value['path']} was not uploaded")
            files[value["path"]] = File(repository.large[value["oid"]], large=True)
        elif operation["key"] == "deletedFile":
            if files.pop(value["path"], None) is None:
                raise Refused(404, "A file with this name doesn't exist", "EntryNotFound")
        else:
            raise AssertionError(f"the stub knows no {operation['key']}")
    made = repository.add(header["value"]["summary"], files)
    where = f"{request.hub.endpoint}/{repository.kind}s/{name}/commit/{made.id}"
    return 200, {"success": True, "commitUrl": where, "commitOid": made.id}, {}


def commits(request, kind, name, revision):
    repository = find(request, kind, name)
    date = "2026-01-01T12:00:00.000Z"
    line = [
        {"id": one.id, "title": one.message, "message": "", "date": date, "authors": [{"user": "team"}]}
        for one in reversed(repository.commits)
    ]
    return 200, line, {}


def squash(request, kind, name, revision):
    find(request, kind, name, write=True).squash(request.json()["message"])
    return 200, {}, {}


def large_files(request, kind, name):
    repository = find(request, kind, name)
    date = "2026-01-01T12:00:00.000Z"
    return (
        200,
        [
            {"fileOid": oid, "oid": oid, "filename": oid, "pushedAt": date, "ref": None, "size": len(data)}
            for oid, data in repository.large.items()
        ],
        {},
    )


def large_delete(request, kind, name):
    repository = find(request, kind, name, write=True)
    for oid in request.json()["deletions"]["sha"]:
        repository.large.pop(oid, None)
    return 200, {}, {}


def resolve(request, name, revision, path, kind="models"):
    repository = find(request, kind or "models", name)
    commit = _commit_at(repository, revision)
    file = commit.files.get(path)
    if file is None:
        raise Refused(404, f"{path} does not exist", "EntryNotFound")
    more = {"X-Repo-Commit": commit.id, "Accept-Ranges": "bytes"}
    if file.large:
        more |= {"X-Linked-Etag": f'"{file.oid}"', "X-Linked-Size": str(len(file.data))}
        where = f"{request.hub.store}/store/{repository.kind}/{name}/{file.oid}"
        return 302, b"", {**more, "Location": where}
    return _part(request, file.data, {**more, "ETag": f'"{file.blob}"'})


def _part(request, data: bytes, headers: dict):
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range") or "")
    if not asked:
        return 200, data, headers
    start, end = int(asked[1]), int(asked[2] or len(data) - 1)
    if start >= len(data):
        raise Refused(416, "Range not satisfiable")
    return 206, data[start : end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{len(data)}"}


_REV = r"(?P<revision>[^/]+)"
_STORE = rf"/store/(?P<kind>model|dataset|space)/{_NAME}/(?P<oid>[0-9a-f]{{64}})"
ROUTES = [
    (methods, re.compile(pattern), step, route)
    for methods, pattern, step, route in (
        ("GET", "/api/agent-harnesses", "beside", harnesses),
        ("GET", "/api/whoami-v2", "whoami", whoami),
        ("POST", "/api/repos/create", "create", create),
        ("DELETE", "/api/repos/delete", "delete", delete),
        ("GET", _API, "info", info),
        ("GET", rf"{_API}/revision/{_REV}", "info", info),
        ("GET", rf"{_API}/tree/{_REV}(?:/(?P<folder>.+))?", "tree", tree),
        ("POST", rf"{_API}/paths-info/{_REV}", "paths", paths_info),
        ("POST", rf"{_API}/preupload/{_REV}", "preupload", preupload),
        ("POST", rf"/(?:(?P<kind>datasets|spaces)/)?{_NAME}\.git/info/lfs/objects/batch", "batch", batch),
        ("PUT", _STORE, "put", put),
        ("POST", rf"{_STORE}/verify", "verify", verify),
        ("GET HEAD", _STORE, "resolve", stored),
        ("POST", rf"{_API}/commit/{_REV}", "commit", commit),
        ("GET", rf"{_API}/commits/{_REV}", "commits", commits),
        ("POST", rf"{_API}/super-squash/{_REV}", "squash", squash),
        ("GET", rf"{_API}/lfs-files", "large-files", large_files),
        ("POST", rf"{_API}/lfs-files/batch", "large-delete", large_delete),
        (
            "GET HEAD",
            rf"/(?:(?P<kind>datasets|spaces)/)?{_NAME}/resolve/{_REV}/(?P<path>.+)",
            "resolve",
            resolve,
        ),
    )
]
