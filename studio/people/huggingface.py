"""Asks Hugging Face who somebody is, by OpenID Connect; Authlib does the protocol.

The way there carries a state, a nonce and a PKCE challenge, whose counterparts wait in a signed cookie of the
browser that began. The ID token that comes back must be the hub's own, for this app, of now and signed; then
the hub is asked for the names and organisations of the same subject. The access token is forgotten at once.
Off the hub any OpenID provider with these claims does. Not covered: who may come in; see `admission`.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import MismatchingStateError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from model.errors import EmolaError

NAME = "Hugging Face"
WANTED = ("openid", "profile", "read-memberships")
"""Scopes: who somebody is, and their organisations; what else the app could ask for is not asked for."""

TIMEOUT = 10  # seconds for each answer of the hub
LEEWAY = 60  # seconds by which its clock may differ from ours
LONGEST_SUBJECT = 200
LOCKS = {"sso", "mfa"}
"""What an organisation may ask of its members first; who has not done it does not count as one."""

DENIED = f"{NAME} was not allowed to say who you are. Begin again, and agree there, to come in."
NOT_BEGUN = (
    "This sign-in was not begun in this browser, or too long ago. Begin again; where that does not help, let "
    "this browser keep the studio's cookies."
)
NOT_CONFIRMED = (
    f"{NAME} did not confirm this sign-in: it was used already, is over, or was changed. Begin again."
)
AWAY = f"{NAME} does not answer as it should just now. Try again in a minute."

log = logging.getLogger(__name__)
# Its debug messages hold the secrets of a sign-in.
logging.getLogger("authlib").setLevel(logging.INFO)


class HubSignInFailed(EmolaError):
    """Hugging Face has not said who somebody is. `status`: of the answer over HTTP."""

    def __init__(self, message: str, status: int = 403):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Login:
    """Whom the hub vouches for. `subject` stays the same when `name` changes there; `organisations`: by name,
    the role in each, empty where the hub was not allowed to tell it; `seconds`: how long it is good for.
    """

    subject: str
    name: str
    organisations: Mapping[str, str]
    seconds: float


class Provider:
    """The hub, for one app of it. `url`: the issuer; `back`: the address that it sends people back to."""

    def __init__(self, *, app: str, secret: str, scopes: str, url: str, back: str):
        self._issuer, self._back, self._app = url, back, app
        self._client = OAuth().register(
            "hub",
            client_id=app,
            client_secret=secret,
            server_metadata_url=f"{url}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(scope for scope in WANTED if scope in scopes.split()),
                "code_challenge_method": "S256",
                "timeout": TIMEOUT,
            },
        )

    async def begin(self, request: Request) -> Response:
        """Return the way to the hub. Raises HubSignInFailed."""
        return await _told(self._begin(request))

    async def finish(self, request: Request) -> Login:
        """Return who came back from the hub. Raises HubSignInFailed."""
        given = request.query_params
        if not request.session or not ("code" in given or "error" in given):
            raise HubSignInFailed(NOT_BEGUN, 400)
        if "error" in given:
            raise HubSignInFailed(DENIED if given["error"] == "access_denied" else NOT_CONFIRMED)
        try:
            return await _told(self._finish(request))
        except HubSignInFailed:
            self._client.server_metadata.pop("jwks", None)  # its keys may be others by now
            raise

    async def _begin(self, request: Request) -> Response:
        await self._check_issuer()
        return await self._client.authorize_redirect(request, self._back)

    async def _finish(self, request: Request) -> Login:
        await self._check_issuer()
        must = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._app},
        }
        token = await self._client.authorize_access_token(request, claims_options=must, leeway=LEEWAY)
        identity, told = token.get("userinfo"), await self._client.userinfo(token=token)
        if not identity or told.get("sub") != identity["sub"]:
            raise HubSignInFailed(NOT_CONFIRMED)
        left = float(token.get("expires_in") or identity["exp"] - time.time())
        if not left > 0:
            raise HubSignInFailed(NOT_CONFIRMED)
        return _login({**identity, **told}, left)

    async def _check_issuer(self) -> None:
        metadata = await self._client.load_server_metadata()
        if metadata.get("issuer") != self._issuer:
            metadata.clear()  # or it would be believed until the next start
            raise ValueError("another provider's description")


async def _told(step):
    """Return what a step gives, its failures in our words: they may be anything that was sent to us."""
    try:
        return await step
    except MismatchingStateError as error:
        raise HubSignInFailed(NOT_BEGUN, 400) from error
    except (AuthlibBaseError, JoseError) as error:
        log.warning("A sign-in with %s was not confirmed: %s", NAME, type(error).__name__)
        raise HubSignInFailed(NOT_CONFIRMED) from error
    except (httpx2.HTTPError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        log.warning("%s did not answer a sign-in as it should: %s", NAME, type(error).__name__)
        raise HubSignInFailed(AWAY, 502) from error


def _login(claims: Mapping[str, Any], seconds: float) -> Login:
    subject, name = claims["sub"], claims["preferred_username"]
    if not (
        isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and isinstance(name, str) and name
    ):
        raise ValueError("no subject, or no name")
    return Login(
        subject,
        name,
        {
            one["preferred_username"]: one.get("roleInOrg") or ""
            for one in claims.get("orgs") or []
            if _counts(one)
        },
        seconds,
    )


def _counts(organisation: Mapping[str, Any]) -> bool:
    locks = LOCKS & set(organisation.get("securityRestrictions") or [])
    return not (locks or organisation.get("pendingSSO") or organisation.get("missingMFA"))
