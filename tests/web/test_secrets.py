"""A sealed secret opens in its own place only, with its own key only."""

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.web.keys import new_key
from advisor.web.secrets import (
    BadKeyError,
    UnsealError,
    is_sealed_with_newest_key,
    read_keys,
    seal,
    unseal,
)

PLACE = {"team": 1, "endpoint": 7, "origin": "https://llm.example"}
OLD, NEW = f"old:{new_key()}", f"new:{new_key()}"


@settings(deadline=None)
@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    assert unseal(seal(text, **PLACE), **PLACE) == text


def test_two_seals_of_one_text_differ_and_do_not_show_it() -> None:
    first, second = seal("sk-canary", **PLACE), seal("sk-canary", **PLACE)

    assert first != second
    assert "canary" not in first


@pytest.mark.parametrize(
    "place",
    [
        {**PLACE, "team": 2},
        {**PLACE, "endpoint": 8},
        {**PLACE, "origin": "https://evil.example"},
        {"team": 1},
        {},
    ],
)
def test_a_value_moved_to_another_place_does_not_open(place: dict[str, object]) -> None:
    sealed = seal("sk-canary", **PLACE)

    with pytest.raises(UnsealError, match="does not belong to this row and address"):
        unseal(sealed, **place)


def test_the_order_of_a_places_names_does_not_matter() -> None:
    sealed = seal("sk-canary", **PLACE)

    assert unseal(sealed, **dict(reversed(PLACE.items()))) == "sk-canary"


@pytest.mark.parametrize("damage", ["", "v1.local.", "v2.local.AAAA", "sk-plain"])
def test_something_else_than_a_sealed_value_is_an_error(damage: str) -> None:
    with pytest.raises(UnsealError):
        unseal(damage, **PLACE)


def test_a_changed_letter_is_an_error() -> None:
    sealed = seal("sk-canary", **PLACE)
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(UnsealError):
        unseal(changed, **PLACE)


def test_an_old_key_still_opens_while_a_new_one_seals() -> None:
    with override_settings(ENCRYPTION_KEYS=[OLD]):
        sealed = seal("sk-canary", **PLACE)
    with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
        assert unseal(sealed, **PLACE) == "sk-canary"
        assert not is_sealed_with_newest_key(sealed)
        assert is_sealed_with_newest_key(seal("sk-canary", **PLACE))
    with (
        override_settings(ENCRYPTION_KEYS=[NEW]),
        pytest.raises(UnsealError, match='id "old"'),
    ):
        unseal(sealed, **PLACE)


@pytest.mark.parametrize(
    "entries",
    [[], ["nokey"], ["a:short"], [f":{new_key()}"], [OLD, OLD], ["a:!" + "A" * 43]],
)
def test_a_wrong_key_ring_is_refused_without_showing_a_key(entries: list[str]) -> None:
    with pytest.raises(BadKeyError) as caught:
        read_keys(entries)

    assert "ENCRYPTION_KEYS" in str(caught.value)
    secret_parts = [entry.partition(":")[2] for entry in entries if ":" in entry]
    assert not [part for part in secret_parts if part in str(caught.value)]
