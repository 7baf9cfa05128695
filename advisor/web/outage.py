"""What is answered while the database is away? 503, when to try again, one log line."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER_SECONDS = "2"


def is_outage(error: object) -> bool:
    """Say whether an exception tells that the database cannot be reached."""
    return isinstance(error, OperationalError | InterfaceError)


def under_way() -> bool:
    """Say whether the exception that is being handled is an outage."""
    return is_outage(sys.exc_info()[1])


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 without a look at the database; what was read is asked for again."""
    again = RETRY_AFTER_SECONDS if request.method in ("GET", "HEAD") else None
    response = HttpResponse(
        render_to_string("503.html", {"again_s": again}), status=503
    )
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


class OutageFilter(logging.Filter):
    """Say in one line that the database was away; a traceback would tell no more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback off the record of a request that met an outage."""
        if record.exc_info and is_outage(record.exc_info[1]):
            told = str(record.exc_info[1]).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()}: {told}", ()
            record.exc_info = record.exc_text = None
        return True
