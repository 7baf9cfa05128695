"""What need not be made twice? Values that a process keeps for a while, by a key.

A key names the version of what the value was made from, so that nothing stale is ever
shown; the least used are forgotten first. Each process has its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, made when they are first asked for: at most ``size`` of them.

    With ``weigh`` they weigh at most ``size`` together; the newest stays in any case.
    """

    def __init__(self, size: int, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._size = size
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> T | None:
        """Return the value of ``key`` where it is kept."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of ``key``, made now where it is not kept.

        Two threads may make the same value at once: they would wait longer otherwise.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
        value = make()
        self.put(key, value)
        return value

    def drop(self, key: Hashable) -> None:
        """Forget the value of ``key``."""
        with self._lock:
            _, weight = self._values.pop(key, (None, 0))
            self._weight -= weight

    def put(self, key: Hashable, value: T) -> None:
        """Keep ``value`` as that of ``key``."""
        weight = self._weigh(value)
        with self._lock:
            _, before = self._values.pop(key, (None, 0))
            self._values[key] = (value, weight)
            self._weight += weight - before
            while self._weight > self._size and len(self._values) > 1:
                _, (_, gone) = self._values.popitem(last=False)
                self._weight -= gone
