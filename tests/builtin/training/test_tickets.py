import random
from collections import Counter
from itertools import islice

from advisor.builtin.training import tickets


def test_the_same_seed_gives_the_same_tickets():
    first = list(islice(tickets.tickets(seed=4), 50))
    assert first == list(islice(tickets.tickets(seed=4), 50))
    assert first != list(islice(tickets.tickets(seed=5), 50))


def test_every_intent_comes_about_equally_often():
    counts = Counter(t.intent for t in islice(tickets.tickets(seed=1), 4000))
    assert set(counts) == set(tickets.INTENTS)
    assert max(counts.values()) < 1.25 * min(counts.values())


def test_nine_of_ten_tickets_never_repeat():
    texts = [t.text for t in islice(tickets.tickets(seed=1), 4000)]
    assert len(set(texts)) > 3600


def test_there_are_hundreds_of_hand_written_examples():
    natural = tickets.material().natural
    assert min(len(texts) for texts in natural.values()) >= 50
    assert sum(len(texts) for texts in natural.values()) >= 400


def test_an_asked_prompt_always_holds_all_options_and_the_ticket():
    rng = random.Random(1)
    for _ in range(100):
        text = tickets.prompt("My lamp is late.", rng)
        assert all(intent in text for intent in tickets.INTENTS)
        assert "My lamp is late." in text
