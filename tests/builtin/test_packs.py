import json
from collections import Counter

import pytest

from advisor import builtin
from advisor.builtin.training import wordings
from advisor.builtin.training.tickets import INTENTS, prompt
from advisor.scoring.registry import scorer

VOICES = {"terse", "angry", "polite", "non-native", "long", "typos", "plain"}
TASK_VOICES = (VOICES - {"non-native"}) | {"foreign", "spoken"}
TASKS = [name for name in builtin.pack_names() if name != "tickets"]


def read(name):
    return builtin.sample_pack(name)


@pytest.fixture(scope="module")
def pack():
    return read("tickets")


def test_the_ticket_pack_has_as_many_samples_of_every_intent(pack):
    counts = Counter(sample["expected"] for sample in pack.samples)
    assert counts == dict.fromkeys(INTENTS, 20)


@pytest.mark.parametrize("name", builtin.pack_names())
def test_ids_and_texts_are_unique(name):
    samples = read(name).samples
    assert len(samples) >= 150
    for field in ("id", "input"):
        assert len({s[field] for s in samples}) == len(samples)


def test_every_ticket_has_a_channel_and_a_voice(pack):
    for sample in pack.samples:
        tags = set(sample["tags"])
        assert len(tags & {"email", "chat", "form", "phone"}) == 1
        assert tags & VOICES


def test_every_voice_is_heard(pack):
    counts = Counter(tag for sample in pack.samples for tag in sample["tags"])
    assert min(counts[voice] for voice in VOICES) >= 8
    assert counts["vip"] >= 20


@pytest.mark.parametrize("name", TASKS)
def test_every_voice_is_heard_in_every_task(name):
    voices = Counter(sample["tags"][0] for sample in read(name).samples)
    assert set(voices) == TASK_VOICES
    assert min(voices.values()) >= 15


def test_the_prompt_names_every_option_and_is_the_one_that_models_trained_on(pack):
    assert all(intent in pack.prompt for intent in INTENTS)
    assert pack.prompt.format(input="Hello") == prompt("Hello")
    assert pack.prompt == wordings.pack_prompt("intent")


@pytest.mark.parametrize("name", TASKS)
def test_the_prompt_of_a_task_is_the_one_that_models_trained_on(name):
    assert read(name).prompt == wordings.pack_prompt(name)


@pytest.mark.parametrize("name", builtin.pack_names())
def test_every_expected_answer_is_valid_and_full_marks_under_its_scorer(name):
    pack = read(name)
    judge = scorer(pack.scorer)
    for sample in pack.samples:
        expected = sample["expected"]
        answer = expected[0] if isinstance(expected, list) else expected
        said = json.dumps(answer) if isinstance(answer, dict) else answer
        assert judge.check(expected) is None
        assert judge.score(said, expected).value == 1.0, sample["id"]


@pytest.mark.parametrize("name", builtin.pack_names())
def test_a_pack_suggests_models_that_ship(name):
    pack = read(name)
    assert {pack.reference, *pack.candidates} <= set(builtin.model_names())
    assert pack.reference not in pack.candidates


@pytest.mark.parametrize("name", builtin.pack_names())
def test_a_pack_says_where_it_came_from(name):
    pack = read(name)
    assert "by hand" in pack.origin.lower()
    assert pack.licence == "MIT"
    assert builtin.pack_titles()[name] == pack.title


def test_a_redacted_text_changes_nothing_but_personal_data():
    for sample in read("redact").samples:
        for part in wordings.PLACEHOLDER.split(sample["expected"]):
            assert part in sample["input"]


def test_three_moods_come_alike():
    moods = Counter(sample["expected"] for sample in read("sentiment").samples)
    assert set(moods) == {"positive", "negative", "neutral"}
    assert min(moods.values()) >= 60
