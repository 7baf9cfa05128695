"""The split is fixed by content: order and later rows do not move what decides."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.projects.parsing import SampleRow, split_of

WORDS = [
    *("card", "arrived", "late", "refund", "charge", "account", "blocked", "transfer"),
    *("pending", "cash", "abroad", "verify", "identity", "limit", "top", "up"),
    *("exchange", "rate", "fee", "virtual", "lost", "stolen", "pin"),
]


def rows(count: int, seed: int = 1) -> list[SampleRow]:
    chance = random.Random(seed)
    return [
        SampleRow(id=str(n), input=" ".join(chance.sample(WORDS, 9)))
        for n in range(count)
    ]


def by_text(samples: list[SampleRow], share: float) -> dict[str, str]:
    splits = split_of(samples, share)
    return {one.input: split for one, split in zip(samples, splits, strict=True)}


def test_about_the_share_is_kept_for_tuning():
    splits = split_of(rows(2000), 0.3)
    assert 0.25 < splits.count("tuning") / 2000 < 0.35
    assert set(split_of(rows(50), 0.0)) == {"evaluation"}


def test_a_known_answer():
    # sha256("rightsize.split/1:input hello") lies at 0.3506 of all hashes.
    assert split_of([SampleRow(id="a", input="Hello!")], 0.350) == ("evaluation",)
    assert split_of([SampleRow(id="a", input="Hello!")], 0.351) == ("tuning",)


def test_the_order_of_the_file_moves_nothing():
    samples = rows(600)
    shuffled = random.Random(7).sample(samples, len(samples))
    assert by_text(samples, 0.3) == by_text(shuffled, 0.3)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(0, 300), st.floats(0.05, 0.6))
def test_rows_added_later_never_make_an_evaluation_sample_train(first, more, share):
    samples = rows(600)
    before = by_text(samples[:first], share)
    after = by_text(samples[: first + more], share)
    moved = {text for text, split in before.items() if after[text] != split}
    assert all(before[text] == "tuning" for text in moved)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 0.5), st.floats(0.0, 0.4))
def test_a_larger_share_keeps_what_trained_before(share, more):
    samples = rows(300)
    small, large = by_text(samples, share), by_text(samples, share + more)
    assert all(large[text] == "tuning" for text in small if small[text] == "tuning")


def test_a_group_stays_in_one_split():
    samples = [
        SampleRow(id=str(n), input=one.input, group=f"customer {n % 40}")
        for n, one in enumerate(rows(400))
    ]
    found: dict[str, set[str]] = {}
    for one, split in zip(samples, split_of(samples, 0.4), strict=True):
        found.setdefault(str(one.group), set()).add(split)
    assert all(len(splits) == 1 for splits in found.values())
    assert {"evaluation", "tuning"} == set.union(*found.values())


@pytest.mark.parametrize(
    "twin",
    [
        "MY CARD HAS NOT ARRIVED YET AFTER 2 WEEKS, WHERE IS IT",
        "My card has not arrived yet after 3 weeks, where is it?",
        "My card  has not arrived yet after 2 weeks... where is it",
        "My card has not arrived yet after 2 weeks, where ist it?",
    ],
)
def test_near_copies_are_never_parted(twin: str):
    one = "My card has not arrived yet after 2 weeks, where is it?"
    for n in range(40):
        pair = [
            SampleRow(id="a", input=f"{one} {WORDS[n % 20] * 2}"),
            SampleRow(id="b", input=f"{twin} {WORDS[n % 20] * 2}"),
        ]
        assert len(set(split_of(pair, 0.5))) == 1


def test_equal_inputs_of_two_groups_stay_together():
    samples = [
        SampleRow(id="a", input="Where is my card?", group="one"),
        SampleRow(id="b", input="where is my card", group="two"),
        SampleRow(id="c", input="I want a refund", group="two"),
    ]
    for share in (0.2, 0.5, 0.8):
        assert len(set(split_of(samples, share))) == 1


@pytest.mark.parametrize("share", [-0.1, 1.0, 2.0])
def test_a_share_that_is_none_is_refused(share: float):
    with pytest.raises(ValueError, match="from 0 to under 1"):
        split_of(rows(3), share)
