"""studio.people.passwords: kept as Argon2id hashes, with no rule but a length."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from studio.people import passwords
from studio.people.passwords import MAXIMUM, MINIMUM, PasswordRefused, hashed, is_right, is_stale


def test_a_password_is_kept_as_a_salted_argon2id_hash():
    first, second = hashed("correct horse"), hashed("correct horse")
    assert first != second and "correct" not in first
    assert extract_parameters(first).type is Type.ID
    assert is_right(first, "correct horse") and not is_right(first, "correct Horse")


@pytest.mark.parametrize(
    "password", ["a" * MINIMUM, "a" * MAXIMUM, "passphrase only", "пароль и слова", "  ten blank  "]
)
def test_length_is_the_only_rule(password):
    assert is_right(hashed(password), password)


@pytest.mark.parametrize("password", ["", "a" * (MINIMUM - 1), "a" * (MAXIMUM + 1)])
def test_too_short_and_too_long_are_refused_with_the_bounds(password):
    with pytest.raises(
        PasswordRefused, match=rf"{MINIMUM} to {MAXIMUM} characters; this one has {len(password)}"
    ):
        hashed(password)


def test_the_same_characters_from_another_keyboard_are_the_same_password():
    assert is_right(hashed("p\u00e4sswords are"), "pa\u0308sswords are")


def test_longer_than_allowed_is_never_right_however_long():
    kept = hashed("a" * MAXIMUM)
    assert not is_right(kept, "a" * (MAXIMUM + 1)) and not is_right(kept, "a" * 1_000_000)


def test_nobodys_password_is_checked_against_a_hash_too_and_is_never_right(monkeypatch):
    checked = []

    class Watched(PasswordHasher):
        def verify(self, kept, password):
            checked.append(kept)
            return super().verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    assert not is_right(None, "the password of nobody")
    assert not is_right(None, "anything else")
    assert len(checked) == 2 and all(kept.startswith("$argon2id$") for kept in checked)


def test_what_is_no_hash_is_never_right():
    assert not is_right("plain text", "plain text")


def test_a_hash_of_other_parameters_is_right_and_stale():
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    assert is_right(weak, "correct horse") and is_stale(weak)
    assert not is_stale(hashed("correct horse"))
