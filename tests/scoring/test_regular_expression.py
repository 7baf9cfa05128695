"""Known values: the group examples of the Python documentation of ``re``."""

import pytest

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.patterns import (
    PatternSlow,
    compile_pattern,
    extract,
    repeats_a_repeat,
)
from advisor.scoring.registry import scorer

DOCUMENTED = [
    # re.match(r"(\w+) (\w+)", "Isaac Newton, physicist").group(1) is 'Isaac'
    (r"(\w+) (\w+)", "Isaac Newton, physicist", "Isaac"),
    # re.match(r"(\d+)\.(\d+)", "24.1632").groups() is ('24', '1632')
    (r"(\d+)\.(\d+)", "24.1632", "24"),
    # re.search('(?<=abc)def', 'abcdef').group(0) is 'def'
    (r"(?<=abc)def", "abcdef", "def"),
]


@pytest.mark.parametrize(("pattern", "answer", "extracted"), DOCUMENTED)
def test_it_extracts_the_documented_group(pattern, answer, extracted):
    built = scorer({"name": "regex", "pattern": pattern})

    assert built.score(answer, extracted).value == 1.0


def test_the_last_match_counts_unless_the_first_is_asked_for():
    last = {"name": "regex", "pattern": r"Intent: (\w+)"}
    answer = "Intent: refund\nIntent: billing"

    assert scorer(last).score(answer, "billing").value == 1.0
    assert scorer({**last, "match": "first"}).score(answer, "refund").value == 1.0


@pytest.mark.parametrize("match", ["last", "first"])
@pytest.mark.parametrize("pattern", ["(.*)$", ".*", r"\d*"])
def test_a_match_of_nothing_counts_only_where_there_is_no_other(pattern, match):
    built = scorer({"name": "regex", "pattern": pattern, "match": match})
    loose = scorer({"name": "regex", "pattern": pattern, "compare": False})

    assert built.score("42", "42").value == 1.0
    assert built.score("42\n", "42").value == 1.0
    assert loose.score("", None).value == 1.0


def test_what_a_match_holds_may_be_empty():
    built = scorer({"name": "regex", "pattern": r"A: ?(\w*)$"})

    assert built.score("A: yes\nA:", "yes").value == 0.0


def test_a_line_end_is_an_end():
    built = scorer({"name": "regex", "pattern": r"^A: (.+)$"})

    assert built.score("thinking\nA: yes\nbye", "yes").value == 1.0


def test_without_comparing_a_match_is_enough():
    built = scorer({"name": "regex", "pattern": "[A-Z]{2}-[0-9]{3}", "compare": False})

    assert built.check(None) is None
    assert built.score("Ticket AB-123", None).value == 1.0
    assert built.score("Ticket", None).value == 0.0


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(?:\w*\s*)*x", r"((ab)*c){2,}", "(a{1,})*"]
)
def test_a_repeat_within_a_repeat_is_refused(pattern):
    with pytest.raises(ScorerInvalid, match="already holds a repeat"):
        scorer({"name": "regex", "pattern": pattern})


@pytest.mark.parametrize(
    "pattern", [r"A:\s*(.+)$", r"[+*](a)+", r"\(+(x)*", "(?:abc){3}", "(a|b)+", "(a?)+"]
)
def test_harmless_patterns_are_not_taken_for_dangerous(pattern):
    assert not repeats_a_repeat(pattern)


def test_a_search_that_takes_too_long_is_ended():
    compiled = compile_pattern(r"(a|aa|a.)+\d$", ignore_case=False)

    with pytest.raises(PatternSlow, match="took longer than 0.05 s"):
        extract(compiled, "a" * 5_000, last=True, seconds=0.05)


@pytest.mark.parametrize("pattern", ["", "(", "x" * 501])
def test_an_unusable_pattern_is_refused_by_name(pattern):
    with pytest.raises(ScorerInvalid) as refused:
        scorer({"name": "regex", "pattern": pattern})

    assert refused.value.problems[0].key == "pattern"
