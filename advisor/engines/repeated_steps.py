"""How is a step of writing played again on a GPU, not told anew kernel by kernel?

A step reads one token a row: little arithmetic in many kernels, which take longer to
ask for than to run. Steps of one shape differ in numbers only, so one is recorded with
its numbers in fixed places (a CUDA graph) and played again. Rows and width are rounded
up, that few shapes come up; a shape is recorded when it comes up again.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import torch

from advisor.engines.packing import PackedNetwork, Prefix
from advisor.engines.slot_cache import SlotCache

Step = Callable[[], torch.Tensor]
Record = Callable[[Step], Step]
Shape = tuple[int, int]

# Recording takes about as long as a step that is told anew.
_WORTH = 2
# Numbers are read that nobody asked for: a small part of the time of a step.
_MORE_ROWS, _WIDTH = 4, 256


class RepeatedSteps:
    """The steps of one cache.

    `recorder` makes what makes of a step one that is played again.
    """

    def __init__(
        self,
        network: PackedNetwork,
        cache: SlotCache,
        prefix: Prefix,
        *,
        recorder: Callable[[], Record],
    ) -> None:
        self._network, self._cache, self._prefix = network, cache, prefix
        self._recorder, self._record = recorder, recorder()
        self._records = True
        self._width = cache.width
        self._numbers: dict[Shape, torch.Tensor] = {}
        self._steps: dict[Shape, Step] = {}
        self._seen: Counter[Shape] = Counter()

    def read(self, last: Sequence[int]) -> torch.Tensor:
        """Return the logits [rows, words] after the newest token of each first slot."""
        rows, cache = len(last), self._cache
        lengths = cache.lengths(rows)
        cache.make_room(max(lengths) + 1)
        if cache.width != self._width:
            # Other buffers now: what was recorded reads and writes the old ones.
            self._width = cache.width
            self._steps.clear()
            self._seen.clear()
            # The memory of the old ones goes with the last of them.
            self._record = self._recorder()
        shape = self._shape(rows, max(lengths) + 1)
        self._fill(shape, last, lengths)
        step = self._steps.get(shape) or self._told_anew(shape)
        return step()[:rows]

    def _shape(self, rows: int, end: int) -> Shape:
        """Round up; the slots behind those in use are free, and hold nothing."""
        more = 1
        while more < rows:
            more *= _MORE_ROWS
        wider = -(-end // _WIDTH) * _WIDTH
        return min(self._cache.slots, more), min(self._cache.width, wider)

    def _fill(self, shape: Shape, last: Sequence[int], lengths: Sequence[int]) -> None:
        blank = [0] * (shape[0] - len(last))
        after = [len(self._prefix) + length for length in lengths]
        numbers = torch.tensor([[*one, *blank] for one in (last, after, lengths)])
        if shape in self._numbers:
            self._numbers[shape].copy_(numbers)
        else:
            self._numbers[shape] = numbers.to(self._network.device)

    def _told_anew(self, shape: Shape) -> Step:
        ids, positions, at = self._numbers[shape]

        def step() -> torch.Tensor:
            self._cache.begin_fixed_step(at, shape[1], self._network.network.dtype)
            return self._network.step(
                ids[None], positions[None], cache=self._cache, prefix=self._prefix
            )

        self._seen[shape] += 1
        if self._records and self._seen[shape] == _WORTH:
            try:
                self._steps[shape] = self._record(step)
            except RuntimeError:
                # Not every architecture can be recorded, nor is there always memory.
                self._records = False
        return self._steps.get(shape, step)


class Recorder:
    """Records steps as CUDA graphs, which share the memory they work in."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, step: Step) -> Step:
        """Return the step, to be played again; its result is written over each time.

        Raises:
            RuntimeError: It cannot be recorded.
        """
        graph = torch.cuda.CUDAGraph()
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            graph.capture_begin(pool=self._pool, capture_error_mode="thread_local")
            try:
                found = step()
            finally:
                graph.capture_end()
        torch.cuda.current_stream().wait_stream(self._stream)

        def play() -> torch.Tensor:
            graph.replay()
            return found

        return play
