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
    that of the tasks and `again` that of a second round of them; `figures_from` is the
    copying batch of the first round from which on half of the rows hold numbers.
    """

    name: str
    copying: Shape | None
    mlp: int
    recipe: Recipe
    short: Recipe | None = None
    long: Recipe | None = None
    again: Recipe | None = None
    words: int = 600
    teacher: str = ""
    figures_from: int = 0


def _short(steps: int, rate: float) -> Recipe:
    return Recipe(steps=steps, learning_rate=rate, rows=64, warm_up=50, decay=0.2)


def _long(rate: float) -> Recipe:
    return Recipe(steps=400, learning_rate=rate, rows=32, warm_up=50, decay=0.5, seed=2)


_WIDE = Shape(layers=4, width=128, heads=2, mlp=384, spread=0.02)
_NARROW = Shape(layers=4, width=64, heads=1, mlp=192, spread=0.02)


def _tasks(steps: int, rate: float, seed: int = 1) -> Recipe:
    return Recipe(steps=steps, learning_rate=rate, longest=192, decay=0.4, seed=seed)


def _twin(name: str, seed: int, teacher: str) -> TaskModel:
    return TaskModel(
        name=name,
        copying=_NARROW,
        mlp=256,
        short=_short(600, 5e-3),
        long=_long(3e-3),
        recipe=_tasks(700, 2e-3, seed),
        teacher=teacher,
    )


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
            again=Recipe(
                steps=800,
                learning_rate=1e-3,
                longest=192,
                decay=0.75,
                seed=5,
            ),
            figures_from=50,
        ),
        TaskModel(
            name="tasks-small",
            copying=None,
            mlp=64,
            words=600,
            recipe=_tasks(400, 1e-3),
        ),
    )
}
# A distilled student and the same student without a teacher, two seeds: to be compared
# with each other. They do not ship.
TWINS = {
    twin.name: twin
    for twin in (
        _twin("tasks-student", 1, REFERENCE),
        _twin("tasks-plain", 1, ""),
        _twin("tasks-student-again", 2, REFERENCE),
        _twin("tasks-plain-again", 2, ""),
    )
}
