"""How does a model keep copying while it learns the tasks?

One batch in twenty, or in another number, is a copying batch, at fixed numbers, so that
training resumes.
"""

from advisor.tuning.data import Batch, Batches

EVERY = 20


class Blended(Batches):
    """Give the batches of `tasks`, with one of `copies` after every `every` - 1."""

    def __init__(self, tasks: Batches, copies: Batches, every: int = EVERY) -> None:
        """Keep both; the number of a batch decides whose it is."""
        self._tasks, self._copies, self._every = tasks, copies, every

    def __getitem__(self, number: int) -> Batch:
        turn, place = divmod(number, self._every)
        if place == self._every - 1:
            return self._copies[turn]
        return self._tasks[number - turn]
