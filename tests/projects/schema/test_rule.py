"""What changes the rule and the order of samples, and what must not."""

import random

import pytest

from advisor.projects.parsing import SampleRow
from advisor.projects.schema import parse_setup, rule_of, rule_sha256, sample_order

SETUP = {
    "project": "Ticket routing",
    "samples": "tickets.jsonl",
    "reference": {"id": "large", "engine": "recorded", "file": "large.jsonl"},
    "candidates": [
        {"id": "a", "engine": "transformers", "model": "builtin/a"},
        {"id": "b", "engine": "transformers", "model": "builtin/b"},
    ],
    "constraints": {"quality_margin": 0.1, "licences": ["mit"]},
}


def rule(change=None, **contents):
    return rule_sha256(parse_setup({**SETUP, **(change or {})}), contents)


@pytest.mark.parametrize(
    "change",
    [
        {"project": "Another name"},
        {"samples": 7},
        {"seed": 99},
        {"budget_usd": 3},
        {"goal": "Another goal"},
        {"reference": {"id": "x", "engine": "recorded", "file": "elsewhere.jsonl"}},
        {"candidates": SETUP["candidates"][::-1]},
        {"prompt": "{input}", "scorer": {"name": "exact_match"}},
        {"constraints": {"licences": ["mit"], "quality_margin": {"limit": 0.1}}},
    ],
)
def test_names_paths_seed_and_spelling_do_not_decide(change):
    assert rule(change) == rule()


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "Q: {input}"},
        {"scorer": "contains"},
        {"scorer": {"name": "exact_match", "ignore_case": True}},
        {"constraints": {"quality_margin": 0.11, "licences": ["mit"]}},
        {"constraints": {"quality_margin": 0.1}},
        {"objective": "size"},
        {"confidence": 0.9},
        {"stop": "exhausted"},
        {"repeats": 2},
        {"candidates": SETUP["candidates"][:1]},
        {"max_output_tokens": 8},
    ],
)
def test_what_decides_changes_the_rule(change):
    assert rule(change) != rule()


def test_the_content_of_a_recorded_file_decides():
    one = rule(large={"recorded_sha256": "1"})

    assert one != rule()
    assert one != rule(large={"recorded_sha256": "2"})


def test_a_local_folder_counts_by_its_name():
    def at(path):
        entry = {"id": "a", "engine": "transformers", "model": path}
        return rule({"candidates": [entry]})

    assert at("/srv/models/mini") == at("./mini")
    assert at("./mini") != at("./mini2")


def test_the_rule_can_be_read():
    found = rule_of(parse_setup(SETUP))

    assert found["schema"] == "rightsize.setup/1"
    assert found["scorer"]["name"] == "exact_match"
    assert found["constraints"]["quality_margin"] == {"limit": 0.1, "level": "must"}
    assert "seed" not in found
    assert "project" not in found


def samples(count=50, groups=0):
    return [
        SampleRow(
            id=f"s{n}",
            input=f"question {n}",
            expected=f"answer {n}",
            group=f"g{n % groups}" if groups else None,
        )
        for n in range(count)
    ]


def asked(rows, rule="r"):
    return [rows[at].input for at in sample_order(rows, rule)]


def test_the_order_is_a_permutation_that_looks_random():
    order = sample_order(samples(), "r")

    assert sorted(order) == list(range(50))
    assert order != tuple(range(50))


def test_the_order_never_changes_between_versions():
    assert sample_order(samples(8), "r") == (6, 5, 0, 4, 3, 7, 1, 2)


def test_neither_ids_nor_the_order_of_the_file_re_roll_it():
    rows = samples()
    shuffled = list(rows)
    random.Random(3).shuffle(shuffled)
    renamed = [
        SampleRow(id=f"x{n}", input=row.input, expected=row.expected)
        for n, row in enumerate(rows)
    ]

    assert asked(shuffled) == asked(rows)
    assert asked(renamed) == asked(rows)


def test_the_rule_and_the_contents_re_roll_it():
    rows = samples()
    changed = [*rows[:-1], SampleRow(id="s49", input="question 49", expected="no")]

    assert asked(rows, "another rule") != asked(rows)
    assert asked(changed) != asked(rows)


def test_samples_of_a_group_stay_together():
    rows = samples(60, groups=7)

    groups = [rows[at].group for at in sample_order(rows, "r")]

    changes = sum(a != b for a, b in zip(groups, groups[1:], strict=False))
    assert changes == 6


def test_groups_that_share_samples_are_not_mixed():
    rows = [
        SampleRow(id=f"{group}{n}", input=f"q{n}", expected="x", group=group)
        for group in ("a", "b")
        for n in range(5)
    ]

    groups = [rows[at].group for at in sample_order(rows, "r")]

    assert groups in (["a"] * 5 + ["b"] * 5, ["b"] * 5 + ["a"] * 5)


def test_equal_samples_go_by_id():
    rows = [SampleRow(id=name, input="same", expected="x") for name in "bca"]

    assert [rows[at].id for at in sample_order(rows, "r")] == ["a", "b", "c"]


def test_choices_decide_and_their_absence_changes_nothing():
    plain, chosen = parse_setup(SETUP), parse_setup({**SETUP, "choices": ["a", "b"]})
    assert rule_sha256(plain) != rule_sha256(chosen)
    assert "choices" not in rule_of(plain)
    assert rule_of(chosen)["choices"] == ["a", "b"]
