import random

import pytest

from advisor.builtin.training import grammar, tickets

LEXICON = {"thing": ["a lamp"]}


def say(line, seed=1):
    return grammar.expand(line, random.Random(seed), LEXICON, {"n": lambda _: "3"})


def test_alternatives_nest_and_slots_are_filled():
    said = {say("{I {want|need}|give me} [n] of [thing]", seed) for seed in range(40)}
    assert said == {
        "I want 3 of a lamp",
        "I need 3 of a lamp",
        "give me 3 of a lamp",
    }


@pytest.mark.parametrize("line", ["{a|b", "a|b}", "[nothing]"])
def test_it_refuses_a_line_that_cannot_be_said(line):
    with pytest.raises(grammar.GrammarError):
        say(line)


def test_every_line_of_the_material_can_be_said():
    parts = tickets.material()
    rng = random.Random(0)
    lists = [*parts.grammar.values(), parts.openers, parts.asides, parts.closers]
    for line in (line for lines in lists for line in lines):
        assert grammar.expand(line, rng, parts.lexicon, parts.fillers)
