import pytest

from advisor.sizing.constraints import Constraint, parse
from advisor.sizing.errors import InvalidConstraints


def problems(mapping: object, *, has_reference: bool = True) -> list[str]:
    with pytest.raises(InvalidConstraints) as caught:
        parse(mapping, has_reference=has_reference)  # type: ignore[arg-type]
    return [str(problem) for problem in caught.value.problems]


def test_it_reads_a_value_as_a_must_and_a_mapping_with_its_level():
    found = parse(
        {
            "quality_margin": 0.03,
            "p95_latency_ms": {"limit": 800, "level": "prefer"},
            "hosting": "device",
            "languages": ["en", "de"],
            "local_only": True,
        }
    )
    assert found == (
        Constraint(name="quality_margin", limit=0.03),
        Constraint(name="p95_latency_ms", level="prefer", limit=800.0),
        Constraint(name="hosting", limit=("device",)),
        Constraint(name="local_only", limit=True),
        Constraint(name="languages", limit=("en", "de")),
    )


def test_the_margin_is_five_points_where_there_is_a_reference():
    assert parse({}) == (Constraint(name="quality_margin", limit=0.05),)
    assert parse(None) == parse({"quality_margin": None})


def test_an_emptied_constraint_is_no_limit():
    given = {"min_quality": 0.8, "p95_latency_ms": None, "local_only": False}
    assert parse(given, has_reference=False) == (
        Constraint(name="min_quality", limit=0.8),
    )


def test_slices_become_one_constraint_each():
    found = parse({"slices": {"vip": 0.85, "new": {"limit": 0.7, "level": "prefer"}}})
    assert found[1:] == (
        Constraint(name="slices", limit=0.85, tag="vip"),
        Constraint(name="slices", level="prefer", limit=0.7, tag="new"),
    )
    assert [one.key for one in found] == ["quality_margin", "slices.vip", "slices.new"]


def test_a_level_around_all_slices_holds_for_each():
    found = parse({"slices": {"limit": {"vip": 0.85}, "level": "prefer"}})
    assert found[1] == Constraint(name="slices", level="prefer", limit=0.85, tag="vip")


def test_it_lists_every_problem_at_once_with_a_remedy():
    given = {
        "p95_latency": 3,
        "zzz": 1,
        "quality_margin": 1.5,
        "min_quality": "high",
        "slices": [],
        "ttft_ms": 0,
        "hosting": ["own_sever"],
        "licences": [3],
        "hardware": {},
        "context_tokens": 10.5,
        "local_only": "yes",
        "max_memory_gb": {"limit": 8, "unit": "GB"},
        "monthly_budget_usd": {"limit": 4, "level": "wish"},
        "languages": 7,
    }
    assert problems(given) == [
        "constraints.p95_latency: 'p95_latency' is not a constraint. Did you mean "
        "p95_latency_ms?",
        "constraints.zzz: 'zzz' is not a constraint. Use one of quality_margin, "
        "min_quality, slices, p95_latency_ms, ttft_ms, monthly_requests, "
        "peak_requests_per_second, monthly_budget_usd, hosting, local_only, "
        "max_memory_gb, hardware, licences, languages, context_tokens.",
        "constraints.quality_margin: 1.5 is not between 0 and 1. Give score points "
        "such as 0.05.",
        "constraints.min_quality: 'high' is not a number. Give a plain number.",
        "constraints.slices: [] is not a mapping of tags to floors. Write it like "
        "{vip: 0.85}.",
        "constraints.ttft_ms: 0 is not above 0. Give a limit above 0, or leave it out.",
        "constraints.monthly_budget_usd.level: 'wish' is not a level. Use must or "
        "prefer.",
        "constraints.hosting: ['own_sever'] names 'own_sever', which is no place to "
        "run. Did you mean own_server?",
        "constraints.local_only: 'yes' is not yes or no. Use true, or leave it out.",
        "constraints.max_memory_gb: ['unit'] is not part of a constraint. Use the keys "
        "limit and level.",
        "constraints.licences: [3] holds something that is not a name. Use text only.",
        "constraints.languages: 7 is not a list of names. Write it like [a, b].",
        "constraints.context_tokens: 10.5 is not a whole number. Give a count of "
        "tokens.",
    ]


def test_a_place_that_resembles_none_is_told_all_of_them():
    assert problems({"hosting": ["moon"]}) == [
        "constraints.hosting: ['moon'] names 'moon', which is no place to run. Use "
        "device, own_server, private_cloud, public_api."
    ]


def test_without_a_reference_a_minimum_is_needed_and_a_margin_has_no_sense():
    assert problems({"quality_margin": 0.05}, has_reference=False) == [
        "constraints.quality_margin: 0.05 needs a reference to lose against. Name a "
        "reference, or leave the margin out.",
        "constraints.min_quality: None is required when there is no reference. Give a "
        "score between 0 and 1.",
    ]


def test_a_budget_of_nothing_is_a_limit():
    assert parse({"monthly_budget_usd": 0})[1].number == 0.0


def test_a_list_is_no_number_and_a_number_no_list():
    with pytest.raises(TypeError, match="hosting is a list of names"):
        _ = Constraint(name="hosting", limit=("device",)).number
    with pytest.raises(TypeError, match="min_quality is a number"):
        _ = Constraint(name="min_quality", limit=0.5).names
