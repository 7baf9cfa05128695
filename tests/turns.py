"""Requests of a browser take turns where there is but one connection for all.

A database in memory is one connection that every thread of a live server shares, and a
transaction of one request would end that of another. Elsewhere nobody waits.
"""

from collections.abc import Callable
from contextlib import nullcontext
from threading import RLock

from django.db import connection
from django.http import HttpRequest, HttpResponse

TURN = RLock()


class OneAtATime:
    """The outermost middleware: answers a request when the one before is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        shared = connection.vendor == "sqlite" and connection.is_in_memory_db()
        with TURN if shared else nullcontext():
            return self.get_response(request)
