"""studio.people.hub_sign_in: what of the settings makes a sign-in with Hugging Face, and what must not."""

import pytest

import settings
from studio.people import hub_sign_in, invite
from studio.people.admission import AdmissionUnclear
from studio.people.hub_sign_in import HubSignInUnsafe
from studio.people.huggingface import Login

SPACE = {
    "OAUTH_CLIENT_ID": "client-1",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "https://huggingface.co",
    "SPACE_HOST": "lab-emola.hf.space",
    "SPACE_AUTHOR_NAME": "lab",
}
"""What a Space with hf_oauth tells the program in it."""


def configured(**more: str):
    values = settings.read(SPACE | more)
    return hub_sign_in.configured(values, invite.reached_at(values))


def test_a_space_has_it_by_itself_and_its_owner_is_the_admin():
    hub = configured()
    assert hub.begins_at == "https://lab-emola.hf.space/sign-in/huggingface" and hub.https
    assert hub.admission.role_of(Login("id", "lab", {}, 1)) == "admin"
    assert hub.admission.role_of(Login("id", "ana", {"lab": "admin"}, 1)) == "admin"
    assert hub.admission.role_of(Login("id", "ana", {"lab": "write"}, 1)) is None
    assert configured(EMOLA_HUB_ADMINS="ana").admission.role_of(Login("id", "lab", {}, 1)) is None


def test_a_space_with_a_domain_of_its_own_is_known_to_the_hub_by_its_first_name():
    assert configured(SPACE_HOST="lab-emola.hf.space,emola.org").begins_at.startswith("https://lab-emola.")


def test_without_an_app_there_is_none():
    assert configured(OAUTH_CLIENT_ID="") is None


def test_the_key_and_the_mark_are_no_secrets_of_the_app():
    hub, other = configured(), configured(OAUTH_CLIENT_SECRET="another")
    assert "secret" not in hub.key and hub.key != other.key and hub.mark == other.mark


@pytest.mark.parametrize(
    "more, error, said",
    [
        ({"OAUTH_CLIENT_SECRET": ""}, HubSignInUnsafe, "without its secret"),
        ({"OPENID_PROVIDER_URL": "http://huggingface.co"}, HubSignInUnsafe, "Give an https address"),
        ({"OPENID_PROVIDER_URL": "huggingface.co"}, HubSignInUnsafe, "Give an https address"),
        ({"EMOLA_HUB_ANNOTATORS": "a b"}, AdmissionUnclear, "EMOLA_HUB_ANNOTATORS holds 'a b'"),
    ],
)
def test_what_would_be_unsafe_is_refused_at_the_start(more, error, said):
    with pytest.raises(error, match=said):
        configured(**more)
