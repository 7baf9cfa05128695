"""Known values: the documentation of strsim, ``normalized_levenshtein``."""

import pytest

from advisor.scoring.registry import scorer

STRSIM = [
    ("kitten", "sitting", 0.57142),
    ("", "second", 0.0),
    ("first", "f", 0.2),
    ("string", "string", 1.0),
    ("kitten", "sitten", 0.83333),
]


@pytest.mark.parametrize(("answer", "expected", "value"), STRSIM)
def test_it_matches_known_values(answer, expected, value):
    found = scorer("edit_similarity").score(answer, expected)

    assert found.value == pytest.approx(value, abs=1e-5)


def test_it_is_the_same_both_ways():
    edits = scorer("edit_similarity")

    assert edits.score("abcd", "badc").value == edits.score("badc", "abcd").value
