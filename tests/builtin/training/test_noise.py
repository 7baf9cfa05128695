import random

from advisor.builtin.training import noise


def test_a_slip_changes_one_word_by_at_most_one_letter():
    for seed in range(200):
        slip = noise.misspell("delivery", random.Random(seed))
        assert abs(len(slip) - len("delivery")) <= 1
        assert slip[0] == "d"


def test_short_words_and_numbers_are_typed_right():
    assert noise.misspell("the", random.Random(1)) == "the"
    assert noise.misspell("12345", random.Random(1)) == "12345"


def test_no_slips_at_rate_zero():
    text = "Please cancel my order."
    assert noise.type_carelessly(text, random.Random(1), 0) == text
    assert noise.leave_out(text, random.Random(1), 0) == text


def test_something_is_always_left():
    assert noise.leave_out("Cancel", random.Random(1), 1.0) == "Cancel"


def test_synonyms_go_both_ways_and_several_words_only_one_way():
    known = noise.by_word([["stop", "end", "call off"]])
    assert known["stop"] == ["end", "call off"]
    assert "call off" not in known
    assert noise.swap_synonyms("Stop!", random.Random(1), known, 1.0) in {
        "end!",
        "call off!",
    }
