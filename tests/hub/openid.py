"""The hub's sign-in on this computer, over real HTTP: discovery, a page to agree on, token, userinfo, keys.

    with running() as provider:
        provider.person = Someone("ana", orgs={"lab": "write"})

Codes are good once, for the client and address that they were given for, with PKCE; ID tokens are signed
with RS256. What it gets wrong on demand: `faults`, by name, each until it is taken back. Not covered: refresh
tokens, the device flow, consent that is remembered.
"""

import base64
import hashlib
import json
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

APP, SECRET = "client-1", "client secret"
HOURS = 8


@dataclass
class Someone:
    """Who is at the hub in the browser that comes. `orgs`: role by organisation, None where it is untold."""

    name: str
    subject: str = ""
    orgs: dict[str, str | None] = field(default_factory=dict)
    locks: dict[str, list[str]] = field(default_factory=dict)

    def claims(self) -> dict:
        orgs = [
            {"sub": f"org-{name}", "name": name.title(), "preferred_username": name}
            | ({"roleInOrg": role} if role else {})
            | ({"securityRestrictions": self.locks[name]} if name in self.locks else {})
            for name, role in self.orgs.items()
        ]
        return {
            "sub": self.subject or f"id-of-{self.name}",
            "name": self.name.title(),
            "preferred_username": self.name,
            "orgs": orgs,
        }


class Provider:
    """Its state: who comes, what it gets wrong, what was asked, and what it gave away."""

    def __init__(self):
        self.url = ""
        self.person: Someone | None = Someone("ana")
        self.faults: dict[str, object] = {}
        self.asked: list[str] = []
        self.given: list[str] = []  # every code and token
        self.scopes: list[str] = []
        self.expires_in: float | None = HOURS * 3600
        self.key, self.other_key = _keys()
        self._codes: dict[str, dict] = {}
        self._tokens: dict[str, dict] = {}

    def metadata(self) -> dict:
        return {
            "issuer": self.faults.get("issuer", self.url),
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "userinfo_endpoint": f"{self.url}/oauth/userinfo",
            "jwks_uri": f"{self.url}/oauth/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def agree(self, asked: dict) -> str:
        """Return where somebody who agrees is sent: back to the studio, with a code."""
        assert asked["client_id"] == APP and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.scopes.append(asked["scope"])
        if self.person is None:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = self._new("code")
        self._codes[code] = asked | {"claims": self.person.claims()}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, form: dict, header: str) -> tuple[int, dict]:
        """Answer a request for a token."""
        known = base64.b64encode(f"{APP}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{APP}:{SECRET}".encode()).decode()
        asked = self._codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if header not in (f"Basic {known}", f"Basic {plain}"):
            return 401, {"error": "invalid_client"}
        if not asked or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if proof.rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        token = self._new("token")
        self._tokens[token] = asked["claims"]
        answer = {"access_token": token, "token_type": "bearer", "scope": asked["scope"]}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if "no_id_token" not in self.faults:
            answer["id_token"] = self._id_token(asked)
        return 200, answer

    def userinfo(self, header: str) -> tuple[int, dict]:
        """Answer who a token belongs to."""
        claims = self._tokens.get(header.removeprefix("Bearer "))
        return (
            (200, claims | self.faults.get("userinfo", {})) if claims else (401, {"error": "invalid_token"})
        )

    def _id_token(self, asked: dict) -> str:
        at = time.time()
        claims = {
            "iss": self.url,
            "sub": asked["claims"]["sub"],
            "aud": APP,
            "iat": int(at),
            "exp": int(at) + 3600,
            "nonce": asked["nonce"],
        }
        key = self.other_key if "signature" in self.faults else self.key
        claims |= self.faults.get("id_token", {})
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        self.given.append(signed)
        return signed

    def _new(self, kind: str) -> str:
        made = f"{kind}-{secrets.token_hex(16)}"
        self.given.append(made)
        return made


@cache
def _keys() -> tuple[RSAKey, RSAKey]:
    """Two keys by the same name, made once: it takes a while."""
    return RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    provider: Provider

    def do_GET(self) -> None:
        split, provider = urlsplit(self.path), self.provider
        provider.asked.append(split.path)
        asked = dict(parse_qsl(split.query))
        if self._faulty(split.path):
            return
        match split.path:
            case "/.well-known/openid-configuration":
                self._send(200, provider.metadata())
            case "/oauth/jwks":
                self._send(200, {"keys": [provider.key.as_dict(private=False)]})
            case "/oauth/userinfo":
                self._send(*provider.userinfo(self.headers.get("Authorization") or ""))
            case "/oauth/authorize":
                link = f"<!doctype html><title>The hub</title><a href='/agree?{split.query}'>Authorize</a>"
                self._send(200, link.replace("&", "&amp;"), {"X-Frame-Options": "DENY"})
            case "/agree":
                self._send(302, "", {"Location": provider.agree(asked)})
            case _:
                self._send(404, {"error": "there is no such page"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.provider.asked.append(self.path)
        if not self._faulty(self.path):
            form = dict(parse_qsl(body.decode()))
            self._send(*self.provider.exchange(form, self.headers.get("Authorization") or ""))

    def _faulty(self, path: str) -> bool:
        fault = self.provider.faults.get(path)
        if fault is None:
            return False
        self._send(*fault)
        return True

    def _send(self, status: int, content, headers: dict | None = None) -> None:
        text = isinstance(content, str)
        body = content.encode() if text else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if text else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        """Tests look at `asked` instead."""


@contextmanager
def running():
    """Give a provider that answers at `provider.url` until the block ends."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
