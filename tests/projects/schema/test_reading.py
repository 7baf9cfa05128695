"""What YAML allows beyond JSON is told with its key, and never breaks the reading."""

import pytest

from advisor.projects.schema import SetupInvalid, parse_setup

SETUP = """
project: Ticket routing
samples: tickets.jsonl
candidates:
  - {id: tiny, engine: recorded, file: tiny.jsonl}
reference: {id: large, engine: recorded, file: large.jsonl}
"""
HUGE = f"1{'0' * 400}"  # more than a float holds


def told(text: str) -> list[str]:
    with pytest.raises(SetupInvalid) as refused:
        parse_setup(text)
    return [str(one) for one in refused.value.problems]


@pytest.mark.parametrize("key", ["[a, b]", "{a: b}"])
def test_a_key_that_is_a_list_is_told_with_its_line(key: str):
    (line,) = told(f"{SETUP}? {key}\n: c\n")
    assert line == "setup: None has a list as a key in line 7. Use a text."


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_told(day: str):
    expected = f"decide_by: '{day}' is not a day. Write it like 2026-05-31."
    assert told(f"{SETUP}decide_by: {day}\n") == [expected]
    assert told(f"{SETUP}decide_by: '{day}'\n") == [expected]


def test_a_date_is_kept_as_it_was_written():
    setup = parse_setup(f"{SETUP}goal: 2026-05-31 10:00:00\ndecide_by: 2026-05-31\n")
    assert (setup.goal, setup.decide_by) == ("2026-05-31 10:00:00", "2026-05-31")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("{quality_margin: {}, p95_latency_ms: {level: prefer}, ttft_ms: }", {}),
        ("{min_quality: {limit: , level: prefer}, slices: {vip: , de: {}}}", {}),
        ("{slices: {vip: , de: 0.5}}", {"slices": {"de": 0.5}}),
        (
            "{slices: {limit: {vip: , de: 0.5}, level: prefer}}",
            {"slices": {"limit": {"de": 0.5}, "level": "prefer"}},
        ),
        ("{local_only: false, ttft_ms: 9}", {"local_only": False, "ttft_ms": 9}),
    ],
)
def test_a_constraint_without_a_limit_is_left_out(typed: str, kept: dict[str, object]):
    setup = parse_setup(f"{SETUP}constraints: {typed}\n")
    assert setup.document()["constraints"] == kept


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        (f"constraints: {{monthly_requests: {HUGE}}}", "constraints.monthly_requests"),
        (f"constraints: {{min_quality: -{HUGE}}}", "constraints.min_quality"),
        (f"load_profile: [{', '.join([HUGE] * 168)}]", "load_profile"),
    ],
)
def test_a_number_that_no_float_holds_is_told(typed: str, path: str):
    (line,) = told(f"{SETUP}{typed}\n")
    assert line.startswith(f"{path}: ")


def test_a_number_that_no_row_has_is_told():
    entry = "{id: tiny, engine: openai, endpoint: 99999999999999999999}"
    text = SETUP.replace("{id: tiny, engine: recorded, file: tiny.jsonl}", entry)
    (line,) = told(text)
    assert "is not the number of a stored thing" in line
