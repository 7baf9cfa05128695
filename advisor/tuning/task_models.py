"""Which models of six tasks ship, how large are they, and by which recipes?"""

from dataclasses import dataclass

from advisor.tuning.loop import Recipe
from advisor.tuning.shapes import Shape

REFERENCE = "tasks-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskModel:
    """Hold how one model is made.

    `copying` None makes a bag of words alone, which learns the two tasks of labels and
    no other. `short` and `long` are the recipes of the two copying stages, `recipe`
    that of the tasks and `again` those of further rounds of them; `figures_from` is the
    copying batch of the first round from which on half of the rows hold numbers.
    """

    name: str
    copying: Shape | None
    mlp: int
    recipe: Recipe
    short: Recipe | None = None
    long: Recipe | None = None
    again: tuple[Recipe, ...] = ()
    words: int = 600
    figures_from: int = 0


def _short(steps: int, rate: float) -> Recipe:
    return Recipe(steps=steps, learning_rate=rate, rows=64, warm_up=50, decay=0.2)


def _long(rate: float) -> Recipe:
    return Recipe(steps=400, learning_rate=rate, rows=32, warm_up=50, decay=0.5, seed=2)


_WIDE = Shape(layers=4, width=128, heads=2, mlp=384, spread=0.02)


def _tasks(steps: int, rate: float, seed: int = 1) -> Recipe:
    return Recipe(steps=steps, learning_rate=rate, longest=192, decay=0.4, seed=seed)


def _later(steps: int, rate: float, decay: float, seed: int) -> Recipe:
    return Recipe(steps=steps, learning_rate=rate, longest=192, decay=decay, seed=seed)


MODELS = {
    model.name: model
    for model in (
        TaskModel(
            name=REFERENCE,
            copying=_WIDE,
            mlp=512,
            short=_short(600, 3e-3),
            long=_long(2e-3),
            recipe=_tasks(2400, 1.5e-3),
            again=(
                _later(800, 1e-3, 0.75, seed=5),
                _later(1600, 1.5e-3, 0.0, seed=7),
                _later(3200, 1.2e-3, 0.0, seed=11),
                _later(6600, 1.2e-3, 0.6, seed=13),
            ),
            figures_from=50,
        ),
        TaskModel(
            name="tasks-small",
            copying=None,
            mlp=64,
            words=1200,
            recipe=_tasks(600, 1e-3),
        ),
    )
}
