"""Samples are held against the setup before anything runs."""

from advisor.projects.parsing import Problem as RowProblem
from advisor.projects.parsing import SampleRow
from advisor.projects.schema import (
    about_file,
    beyond_context,
    check_samples,
    parse_setup,
    without_reference,
)
from tests.projects.schema.test_parse import SETUP


def rows(count=40, **fields):
    return [
        SampleRow(id=f"s{n}", input=f"q{n}", expected=f"a{n}", row=n + 1, **fields)
        for n in range(count)
    ]


def test_good_samples_pass():
    assert check_samples(parse_setup(SETUP), rows()) == ([], [])


def test_a_slice_that_no_sample_has_is_a_problem():
    setup = parse_setup({**SETUP, "constraints": {"slices": {"vpi": 0.9}}})

    ((problem,), _) = check_samples(setup, rows(tags=("vip",)))

    assert problem.path == "constraints.slices.vpi"
    assert problem.remedy == "Did you mean vip?"


def test_an_expected_answer_that_cannot_be_scored_is_named():
    setup = parse_setup({**SETUP, "scorer": "numeric"})

    _, problems = check_samples(
        setup, [*rows()[:39], SampleRow(id="x", input="q", row=40)]
    )

    assert [(p.row, p.code) for p in problems][-1] == (40, "expected")


def test_few_samples_are_a_warning():
    _, (warning,) = check_samples(parse_setup(SETUP), rows(12))

    assert (warning.code, warning.severity) == ("few_samples", "warning")


def test_samples_without_an_answer_of_the_reference_are_left_out():
    left_out, problem = without_reference(rows(40), {f"s{n}" for n in range(38)})

    assert left_out == ["s38", "s39"]
    assert problem is None


def test_more_than_5_percent_left_out_are_an_error():
    left_out, problem = without_reference(rows(40), {f"s{n}" for n in range(37)})

    assert len(left_out) == 3
    assert problem is not None
    assert "no recorded answer to 3 of 40 samples (s37, s38, s39)" in problem.wrong


def test_a_sample_too_long_for_every_candidate_is_named():
    setup = parse_setup({**SETUP, "max_output_tokens": 100})
    samples = [*rows(2), SampleRow(id="x", input="word " * 400, row=9)]

    (warning,) = beyond_context(setup, samples, [256, 512], "row")

    assert (warning.row, warning.severity) == (9, "warning")
    assert "about 500 tokens" in warning.wrong


def test_without_a_known_context_no_sample_is_too_long():
    samples = [SampleRow(id="x", input="word " * 400, row=9)]

    assert beyond_context(parse_setup(SETUP), samples, [], "row") == []


def test_a_row_problem_reads_as_one_line_of_the_setup():
    row = RowProblem(code="x", wrong="No number.", remedy="Add it.", row=4, found="a")

    told = str(about_file(row, "t.csv"))

    assert told == "samples: 't.csv' row 4: No number (found “a”). Add it."
