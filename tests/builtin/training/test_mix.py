import json
import random
import re
from collections import Counter
from itertools import islice

import pytest

from advisor.builtin.training import marks, mix, people, wordings, written
from advisor.builtin.training.personal import FIELDS

STANDARD = re.compile(
    r"\d{4}-\d\d-\d\d|\d\d:\d\d|-?\d+(\.\d+)?|\d+\.\d\d (EUR|USD|GBP|CHF|JPY|INR)"
)


def drawn(task, count=300, held=False):
    return list(islice(mix.asked(seed=3, only=task, held=held), count))


def test_the_same_seed_gives_the_same_examples():
    first = list(islice(mix.worded(seed=4), 60))
    assert first == list(islice(mix.worded(seed=4), 60))
    assert first != list(islice(mix.worded(seed=5), 60))


def test_tasks_come_in_their_shares():
    counts = Counter(example.task for example in islice(mix.asked(seed=1), 2000))
    whole = sum(mix.WEIGHTS.values())
    for task, weight in mix.WEIGHTS.items():
        assert counts[task] / 2000 == pytest.approx(weight / whole, abs=0.04)


@pytest.mark.parametrize("held", [False, True])
def test_a_value_is_asked_for_in_standard_form(held):
    for example in drawn("normalise", held=held):
        assert STANDARD.fullmatch(example.answer), example


@pytest.mark.parametrize("held", [False, True])
def test_a_redacted_message_is_the_message_outside_its_placeholders(held):
    for example in drawn("redact", held=held):
        parts = wordings.PLACEHOLDER.split(example.answer)
        pattern = "(.+?)".join(re.escape(part) for part in parts)
        assert re.fullmatch(pattern, example.text, re.DOTALL)


@pytest.mark.parametrize("held", [False, True])
def test_fields_are_json_with_every_key_and_words_of_the_note(held):
    for example in drawn("extract", held=held):
        fields = json.loads(example.answer)
        assert list(fields) == list(FIELDS)
        for name in ("vendor", "invoice"):
            assert fields[name] is None or fields[name] in example.text


@pytest.mark.parametrize("held", [False, True])
def test_an_answer_stands_in_the_text(held):
    for example in drawn("reading", held=held):
        assert example.answer.lower() in example.text.lower()
        assert "\nQ" in example.text


@pytest.mark.parametrize("task", wordings.tasks())
def test_there_are_hundreds_of_wordings_and_some_are_held_back(task):
    rng = random.Random(1)
    trained = {wordings.prompt(task, "X", rng) for _ in range(3000)}
    held = {wordings.prompt(task, "X", rng, held=True) for _ in range(300)}
    assert len(trained) > 300
    assert len(held) > 30
    assert not trained & held


def test_there_are_ten_thousand_hand_written_examples():
    tasks = [task for task in mix.WEIGHTS if task != "intent"]
    counts = [len(written.written(t, held)) for t in tasks for held in (False, True)]
    assert sum(counts) >= 10_000


def test_held_names_are_never_said_in_training():
    rng = random.Random(1)
    said = {people.Namer(rng).word("last") for _ in range(2000)}
    held = {people.Namer(rng, held=True).word("last") for _ in range(2000)}
    assert len(said) > 100
    assert len(held) > 10
    assert not said & held


def test_a_marked_text_is_read_in_three_ways():
    due = marks.marked("due", "on 3 May", "2026-05-03")
    text = f"pay {due} to {marks.marked('name', 'Ann')}"
    assert marks.plain(text) == "pay on 3 May to Ann"
    assert marks.replaced(text, {"name": "[NAME]"}) == "pay on 3 May to [NAME]"
    assert marks.standards(text) == {"due": "2026-05-03", "name": "Ann"}
