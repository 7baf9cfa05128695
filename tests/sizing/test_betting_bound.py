from math import ceil, log, sqrt

import numpy as np
import pytest

from advisor.sizing.betting_bound import certified
from advisor.sizing.errors import InvalidMeasurement


def draws(rng, loss, shape, spread=0.17):
    share = spread + loss**2
    chances = [(share - loss) / 2, 1 - share, (share + loss) / 2]
    return rng.choice([-1.0, 0.0, 1.0], size=shape, p=chances)


def test_ties_alone_certify_after_a_known_number():
    # ln(20) / ln(1 + 0.95 / 0.95 x 0.05) = 61.4: the bet is at its cap throughout
    needed = ceil(log(20) / log(1.05))
    assert not certified(np.zeros((needed - 1, 1)), 0.05, 0.05).any()
    assert certified(np.zeros((needed, 1)), 0.05, 0.05).all()


def test_a_loss_at_the_margin_is_certified_no_more_often_than_promised():
    rng = np.random.default_rng(4)
    false = certified(draws(rng, 0.05, (300, 3000)), 0.05, 0.05).mean()
    assert false <= 0.05 + 3 * sqrt(0.05 * 0.95 / 3000)


def test_groups_at_the_margin_are_certified_no_more_often_than_promised():
    # Loss and size of a group go together, so unweighted means would be far off.
    rng = np.random.default_rng(5)
    sizes = rng.integers(1, 9, (200, 1)) * np.ones((1, 2000))
    means = np.clip(0.05 + (sizes - (sizes**2).mean() / sizes.mean()) * 0.05, -1, 1)
    losses = np.clip(means + rng.uniform(-0.3, 0.3, (200, 2000)), -1, 1)
    weights = sizes[:, 0] / sizes.max()
    assert (losses * sizes).sum() / sizes.sum() == pytest.approx(0.05, abs=0.005)
    order = np.argsort(rng.random(200))
    false = certified(losses[order], 0.05, 0.05, weights[order]).mean()
    assert false <= 0.05 + 3 * sqrt(0.05 * 0.95 / 2000)


def test_it_nearly_always_finds_what_is_clearly_within():
    rng = np.random.default_rng(6)
    assert certified(draws(rng, -0.02, (1000, 200)), 0.05, 0.05).mean() > 0.95


def test_a_column_is_judged_by_itself():
    rng = np.random.default_rng(7)
    losses = draws(rng, 0.0, (400, 5))
    together = certified(losses, 0.1, 0.05)
    alone = [certified(losses[:, [k]], 0.1, 0.05)[0] for k in range(5)]
    assert list(together) == alone


@pytest.mark.parametrize(("margin", "alpha"), [(0, 0.05), (0.05, 1)])
def test_it_refuses_levels_outside_the_unit_range(margin, alpha):
    with pytest.raises(InvalidMeasurement, match=f"got {margin} and {alpha}"):
        certified(np.zeros((3, 1)), margin, alpha)


def test_it_refuses_losses_that_are_no_differences_of_scores():
    with pytest.raises(InvalidMeasurement, match=r"got 0\.0 to 2\.0"):
        certified(np.array([[0.0], [2.0]]), 0.05, 0.05)


def test_no_sample_certifies_nothing():
    assert not certified(np.zeros((0, 2)), 0.05, 0.05).any()
