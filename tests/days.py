"""What is "today" where midnight may come between a test and what it asks?"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.utils import timezone

Found = TypeVar("Found")


def on_one_day(ask: Callable[[date], Found]) -> Found:
    """Return what ``ask`` finds on the day it is given; asked again if that ended."""
    while True:
        today = timezone.localdate()
        found = ask(today)
        if timezone.localdate() == today:
            return found
