"""A settled answer keeps its score, whatever follows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.scoring.registry import scorer
from advisor.scoring.settling import can_settle, settled

FENCED = 'Here it is:\n```json\n{"a": 1}\n```'
PIECES = st.sampled_from(
    ["```", "```json\n", "\n", "{", "}", '{"a": 1}', '{"a": 2}', '"', "[1]", " x ", "`"]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
SCORERS = [
    "json_fields",
    {"name": "json_valid", "surrounded": True},
    {"name": "json_valid", "surrounded": True, "schema": {"required": ["a"]}},
    ["json_fields", {"name": "json_valid", "surrounded": True, "weight": 2}],
]


@pytest.mark.parametrize("spec", SCORERS)
@settings(deadline=None)
@given(start=TEXTS, rest=TEXTS)
def test_no_text_that_follows_changes_a_settled_score(spec, start, rest):
    built = scorer(spec)
    for answer in (start, FENCED + start):
        if settled(built, answer):
            expected = {"a": 1}
            assert built.score(answer + rest, expected) == built.score(answer, expected)


@pytest.mark.parametrize("spec", SCORERS)
def test_a_closed_fence_settles_and_an_open_one_does_not(spec):
    built = scorer(spec)
    assert settled(built, FENCED)
    assert settled(built, f"{FENCED}\nIt says that a is 1.")
    assert not settled(built, FENCED[:-1])
    assert not settled(built, '{"a": 1}')
    assert not settled(built, "```\nno JSON\n```")


@pytest.mark.parametrize(
    "spec", ["exact_match", "json_valid", "numeric", ["json_fields", "rouge_l"]]
)
def test_scorers_that_read_to_the_end_never_settle(spec):
    built = scorer(spec)
    assert not can_settle(built)
    assert not settled(built, FENCED)
