from collections import Counter

import pytest

from advisor import builtin
from advisor.builtin.training.tickets import INTENTS, prompt

VOICES = {"terse", "angry", "polite", "non-native", "long", "typos", "plain"}


@pytest.fixture(scope="module")
def pack():
    return builtin.sample_pack("tickets")


def test_the_ticket_pack_has_as_many_samples_of_every_intent(pack):
    counts = Counter(sample["expected"] for sample in pack.samples)
    assert counts == dict.fromkeys(INTENTS, 20)


def test_ids_and_texts_are_unique(pack):
    for field in ("id", "input"):
        assert len({s[field] for s in pack.samples}) == len(pack.samples)


def test_every_sample_has_a_channel_and_a_voice(pack):
    for sample in pack.samples:
        tags = set(sample["tags"])
        assert len(tags & {"email", "chat", "form", "phone"}) == 1
        assert tags & VOICES


def test_every_voice_is_heard(pack):
    counts = Counter(tag for sample in pack.samples for tag in sample["tags"])
    assert min(counts[voice] for voice in VOICES) >= 8
    assert counts["vip"] >= 20


def test_the_prompt_names_every_option_and_is_the_one_that_models_trained_on(pack):
    assert all(intent in pack.prompt for intent in INTENTS)
    assert pack.prompt.format(input="Hello") == prompt("Hello")


def test_the_pack_suggests_models_that_ship(pack):
    assert {pack.reference, *pack.candidates} <= set(builtin.model_names())


def test_the_pack_says_where_it_came_from(pack):
    assert "by hand" in pack.origin
    assert pack.licence == "MIT"
