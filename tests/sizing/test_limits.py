from math import inf

import pytest

from advisor.sizing import phrases
from advisor.sizing.limits import excluded, limit_rows
from advisor.sizing.measurement import Case, Costs, Evidence, Figure
from tests.sizing.cases import a_case, candidate


def the_row(limits: dict[str, object], **known: object):
    case = a_case([candidate("tiny", **known)], {"min_quality": 0.5, **limits})
    (row,) = limit_rows(case, case.candidates[0])
    return row


def stands(limits: dict[str, object], **known: object) -> str:
    return the_row(limits, **known).status


TIMES = tuple(float(time) for time in range(1, 201))  # p95 190, from 186 to 196


@pytest.mark.parametrize(
    ("limit", "status", "decisive"),
    [(196, "met", 196.0), (195, "undecided", 196.0), (184, "failed", 185.0)],
)
def test_a_time_is_held_against_its_one_sided_bounds(limit, status, decisive):
    row = the_row({"p95_latency_ms": limit}, latency_ms=TIMES)
    assert (row.status, row.decisive) == (status, decisive)
    assert (row.value, row.slack, row.n) == (190.0, limit - 190.0, 200)


def test_too_few_requests_say_how_many_more_are_needed():
    row = the_row({"ttft_ms": 300}, ttft_ms=TIMES[:40])
    assert (row.status, row.more, row.decisive) == ("undecided", 19, inf)


def test_under_load_no_number_of_requests_is_named():
    row = the_row(
        {"p95_latency_ms": 300}, latency_ms=TIMES[:40], bursts=tuple(range(40))
    )
    assert (row.status, row.more) == ("undecided", None)


@pytest.mark.parametrize(
    ("limit", "status"), [(196, "met"), (195, "undecided"), (184, "undecided")]
)
def test_a_disturbed_time_excludes_nobody(limit, status):
    row = the_row({"p95_latency_ms": limit}, latency_ms=TIMES, disturbed=True)
    assert row.status == status
    assert row.disturbed == (status == "undecided")


def test_a_disturbed_time_asks_for_a_quiet_machine():
    row = the_row({"p95_latency_ms": 184}, latency_ms=TIMES, disturbed=True)
    assert phrases.open_(row) == (
        "p95 latency 190 ms, limit 184 ms; other programs disturbed the measurement: "
        "repeat it on a quiet machine"
    )


def test_a_cost_that_follows_from_disturbed_times_is_left_open_too():
    row = the_row(
        {"monthly_budget_usd": 8},
        costs=Costs(per_month=Figure(9.0, 9.0, 10.0, origin="measured")),
        capacity_rps=Figure(2.0, 2.0, 2.0, origin="measured"),
        disturbed=True,
    )
    assert (row.status, row.disturbed) == ("undecided", True)
    assert phrases.open_(row) == (
        "$2.00 over budget: up to $10.00 a month, limit $8.00; other programs "
        "disturbed the measurement: repeat it on a quiet machine"
    )


def test_failures_fail_a_time_limit():
    row = the_row({"p95_latency_ms": 300}, latency_ms=(1.0,) * 80 + (inf,) * 20)
    assert (row.status, row.value, row.slack) == ("failed", inf, -inf)


@pytest.mark.parametrize(
    "limits",
    [
        {"p95_latency_ms": 1},
        {"ttft_ms": 1},
        {"max_memory_gb": 8},
        {"monthly_budget_usd": 8},
        {"hosting": "device"},
        {"local_only": True},
        {"hardware": "nvidia-l4"},
        {"licences": "mit"},
        {"languages": "en"},
        {"context_tokens": 8192},
    ],
)
def test_what_is_not_known_is_unknown(limits):
    row = the_row(limits)
    assert (row.status, row.value, row.slack) == ("unknown", None, None)


def test_a_peak_that_nobody_measured_is_a_load_and_no_limit():
    limits = {"min_quality": 0.5, "peak_requests_per_second": 3}
    case = a_case([candidate("tiny")], limits)
    assert limit_rows(case, case.candidates[0]) == ()


def test_a_measured_peak_decides_by_itself_and_an_estimate_by_its_upper_end():
    figure = Figure(7.5, 7.0, 8.5, None, "estimated")
    measured = Figure(7.5, 7.0, 8.5, 3, "measured")
    assert stands({"max_memory_gb": 8}, memory_gb=figure) == "failed"
    assert stands({"max_memory_gb": 8}, memory_gb=measured) == "met"
    assert stands({"max_memory_gb": 8}, memory_gb=Figure(8.0)) == "met"


def test_a_cost_is_held_at_its_upper_end():
    costs = Costs(per_month=Figure(390.0, 370.0, 410.0, 9, "measured"))
    row = the_row({"monthly_budget_usd": 400}, costs=costs)
    assert (row.status, row.value, row.slack) == ("failed", 410.0, -10.0)
    assert stands({"monthly_budget_usd": 410}, costs=costs) == "met"


def test_a_peak_is_held_at_the_lower_end_of_what_is_carried():
    figure = Figure(3.2, 2.9, 3.4, None, "estimated")
    assert stands({"peak_requests_per_second": 3}, capacity_rps=figure) == "failed"
    met = Figure(3.2, None, None, None, "measured")
    assert stands({"peak_requests_per_second": 3}, capacity_rps=met) == "met"
    assert stands({"peak_requests_per_second": 3}, capacity_rps=Figure(None)) == (
        "unknown"
    )


@pytest.mark.parametrize(
    ("limits", "known", "status"),
    [
        ({"hosting": ["device"]}, {"hosting": "device"}, "met"),
        ({"hosting": ["device"]}, {"hosting": "public_api"}, "failed"),
        ({"hardware": ["nvidia-l4"]}, {"hardware": "NVIDIA-L4"}, "met"),
        ({"licences": ["mit"]}, {"licence": "gemma"}, "failed"),
        ({"languages": ["en", "de"]}, {"languages": frozenset({"EN", "de"})}, "met"),
        ({"languages": ["en", "de"]}, {"languages": frozenset({"en"})}, "failed"),
        ({"context_tokens": 8192}, {"context_tokens": 8192}, "met"),
        ({"context_tokens": 8192}, {"context_tokens": 4096}, "failed"),
        ({"local_only": True}, {"leaves_network": False}, "met"),
        ({"local_only": True}, {"leaves_network": True}, "failed"),
    ],
)
def test_declared_facts_are_held_as_they_are(limits, known, status):
    assert stands(limits, **known) == status


def test_a_monthly_volume_is_a_load_and_gets_no_row():
    case = a_case([candidate("tiny")], {"min_quality": 0.5, "monthly_requests": 10})
    assert limit_rows(case, case.candidates[0]) == ()


def test_a_peak_that_nobody_carries_yet_is_only_the_load_of_the_others():
    case = a_case(
        [candidate("tiny")], {"min_quality": 0.5, "peak_requests_per_second": 3}
    )
    assert limit_rows(case, case.candidates[0]) == ()


def test_only_declared_facts_exclude_before_a_run():
    def out(limits: dict[str, object], **known: object) -> bool:
        case: Case = a_case([candidate("t", **known)], {"min_quality": 0.5, **limits})
        return excluded(case, case.candidates[0])

    assert out({"licences": ["mit"]}, licence="gemma")
    assert not out({"licences": ["mit"]})
    assert not out({"licences": {"limit": ["mit"], "level": "prefer"}}, licence="gemma")
    assert not out({"p95_latency_ms": 1}, latency_ms=TIMES)


def test_evidence_is_a_value():
    assert Evidence(id="a") == Evidence(id="a")
