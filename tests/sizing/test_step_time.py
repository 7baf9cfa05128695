import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.step_time import ShortRun, StepTime, fit_prompts, fit_steps


def test_it_draws_the_line_through_two_runs():
    # Means 0.012 at 1 and 0.026 at 8: 0.002 for each row, 0.010 without rows
    few = ShortRun(sequences=1, seconds=(0.011, 0.012, 0.013))
    many = ShortRun(sequences=8, seconds=(0.025, 0.026, 0.027))
    fitted = fit_steps(few, many, per_prompt_token=1e-4)
    assert (fitted.step.base, fitted.step.each) == pytest.approx((0.010, 0.002))
    assert fitted.step.at(4) == pytest.approx(0.018)
    # Standard errors of 0.001 / sqrt(3) each, Student's 4.302653 at two degrees
    error = 4.302653 * 0.001 / np.sqrt(3) * np.sqrt(2) / 7
    assert fitted.each.high - fitted.each.value == pytest.approx(error, rel=1e-6)
    assert (fitted.each.n, fitted.each.origin) == (6, "measured")


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-4, 0.1), st.floats(0, 0.01), st.integers(0, 10**6))
def test_its_intervals_hold_the_truth_nearly_always(base, each, seed):
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(20):
        runs = [
            ShortRun(
                sequences=b,
                seconds=tuple((base + each * b) * rng.normal(1, 0.02, 12)),
            )
            for b in (1, 8)
        ]
        found = fit_steps(*runs).base
        hits += found.low <= base <= found.high
    assert hits >= 14


def test_a_step_that_does_not_grow_has_no_part_for_each_row():
    few = ShortRun(sequences=1, seconds=(0.02, 0.02))
    many = ShortRun(sequences=4, seconds=(0.019, 0.019))
    fitted = fit_steps(few, many)
    assert (fitted.step.each, fitted.each.low) == (0.0, 0.0)


def test_it_scales_all_parts_alike():
    step = StepTime(base=0.01, each=0.002, per_prompt_token=1e-4).scaled(1.1)
    assert (step.base, step.each, step.per_prompt_token) == pytest.approx(
        (0.011, 0.0022, 1.1e-4)
    )


def test_it_reads_the_slope_of_reading():
    assert fit_prompts([100, 200, 400], [0.03, 0.05, 0.09]) == pytest.approx(2e-4)
    assert fit_prompts([100, 200], [0.05, 0.03]) == 0.0


def test_it_refuses_prompts_of_one_length():
    with pytest.raises(InvalidMeasurement, match="got 2 lengths and 2 times"):
        fit_prompts([10, 10], [0.1, 0.1])


def test_it_refuses_runs_in_the_wrong_order():
    run = ShortRun(sequences=4, seconds=(0.1, 0.1))
    with pytest.raises(InvalidMeasurement, match="got 4 and 4"):
        fit_steps(run, run)


@pytest.mark.parametrize(
    ("sequences", "seconds"), [(0, (1.0, 1.0)), (1, (1.0,)), (1, (1.0, 0.0))]
)
def test_it_refuses_a_run_that_tells_nothing(sequences, seconds):
    with pytest.raises(InvalidMeasurement, match=f"got {sequences} sequences"):
        ShortRun(sequences=sequences, seconds=seconds)


@pytest.mark.parametrize(("base", "each"), [(-1, 1), (0, 0)])
def test_it_refuses_a_step_without_time(base, each):
    with pytest.raises(InvalidMeasurement, match=rf"got {base} \+ {each} b"):
        StepTime(base=base, each=each)
