"""What samples can show follows from the confidence that the setup asks for."""

import pytest

from advisor.projects.pages.margin import plan_of
from advisor.sizing import planner
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_more_confidence_takes_more_samples(confidence: float):
    setup = make_setup(
        candidates=[{"id": "a"}, {"id": "b"}],
        samples=300,
        constraints={"quality_margin": 0.05},
        confidence=confidence,
    )
    alpha = 1 - confidence
    wanted = planner.plan(samples=300, margin=0.05, alpha=alpha, candidates=2)
    assert plan_of(setup).plan == wanted
