from itertools import islice

import pytest

from advisor import builtin
from advisor.builtin.training import apart, tickets


@pytest.fixture(scope="module")
def packs():
    return apart.from_every_pack()


def test_no_hand_written_training_example_is_close_to_a_sample(packs):
    for texts in tickets.material().natural.values():
        assert [text for text in texts if text in packs] == []
        assert max(packs.closeness(text)[0] for text in texts) < 0.35


def test_no_generated_training_example_is_close_to_a_sample(packs):
    drawn = islice(tickets.tickets(seed=1), 6000)
    assert [ticket.text for ticket in drawn if ticket.text in packs] == []


def test_no_sample_is_a_training_example_word_for_word():
    samples = {s["input"].lower() for s in builtin.sample_pack("tickets").samples}
    drawn = {t.text.lower() for t in islice(tickets.tickets(seed=2), 6000)}
    natural = {t.lower() for ts in tickets.material().natural.values() for t in ts}
    assert not samples & (drawn | natural)


def test_a_copy_is_noticed_inside_a_longer_text():
    kept = apart.Apart(["where has my green umbrella gone"])
    assert "Hello, where has my GREEN umbrella gone? Thanks, Ann" in kept
    assert "Where has it gone?" not in kept


def test_a_single_word_is_compared_too():
    assert "Hello!" in apart.Apart(["hello"])
