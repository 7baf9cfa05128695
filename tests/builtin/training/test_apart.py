from itertools import islice

import pytest

from advisor import builtin
from advisor.builtin.training import apart, mix, tickets, written

BY_HAND = [task for task in mix.WEIGHTS if task != "intent"]


@pytest.fixture(scope="module")
def packs():
    return apart.from_every_pack()


def test_no_hand_written_ticket_is_close_to_a_sample(packs):
    for texts in tickets.material().natural.values():
        assert [text for text in texts if text in packs] == []
        assert max(packs.closeness(text)[0] for text in texts) < 0.35


@pytest.mark.parametrize("task", BY_HAND)
def test_no_hand_written_example_of_a_task_is_close_to_a_sample(packs, task):
    for held in (False, True):
        texts = [example.text for example in written.written(task, held)]
        assert [text for text in texts if text in packs] == []


def test_no_generated_ticket_is_close_to_a_sample(packs):
    drawn = islice(tickets.tickets(seed=1), 6000)
    assert [ticket.text for ticket in drawn if ticket.text in packs] == []


def test_no_generated_example_of_a_task_is_close_to_a_sample(packs):
    drawn = islice(mix.asked(seed=1), 4000)
    assert [example.text for example in drawn if example.text in packs] == []


def test_no_sample_is_a_training_example_word_for_word():
    names = builtin.pack_names()
    samples = {
        s["input"].lower() for n in names for s in builtin.sample_pack(n).samples
    }
    drawn = {t.text.lower() for t in islice(tickets.tickets(seed=2), 6000)}
    drawn |= {example.text.lower() for example in islice(mix.asked(seed=2), 4000)}
    texts = {t.lower() for ts in tickets.material().natural.values() for t in ts}
    assert not samples & (drawn | texts)


def test_a_copy_is_noticed_inside_a_longer_text():
    kept = apart.Apart(["where has my green umbrella gone"])
    assert "Hello, where has my GREEN umbrella gone? Thanks, Ann" in kept
    assert "Where has it gone?" not in kept


def test_a_single_word_is_compared_too():
    assert "Hello!" in apart.Apart(["hello"])
