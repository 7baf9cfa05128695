"""What does a program read when something is wrong? Problem details, RFC 9457.

``errors`` lists everything at once, each with its key path, the value as given, what
is wrong and the remedy: the same list as on the page and in the terminal.
"""

import json
from collections.abc import Sequence
from typing import Any

import structlog
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as RequestInvalid

from advisor.projects.parsing.json_values import JsonWrong
from advisor.projects.schema import Problem, SetupInvalid
from advisor.reports.pages.terminal import problem_line
from advisor.runs.services import LaunchRefused, StepRefused
from advisor.web.outage import RETRY_AFTER_SECONDS, is_outage

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "The token may not do this",
    404: "There is nothing here",
    405: "This address does not take this method",
    409: "This cannot be done now",
    413: "The request is too large",
    422: "Something given is wrong",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "A service is away",
}
SHOWN = 200  # characters of a given value
MALFORMED = "The form's parts cannot be told apart, or are more than a thousand."


class NotYet(Exception):
    """What is asked for comes later; the message says when."""


def problem(
    request: HttpRequest, status: int, detail: str, errors: Sequence[Problem] = ()
) -> HttpResponse:
    """Return an answer in problem details; ``errors`` are shown one by one."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, TITLES[400]),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": getattr(request, "request_id", ""),
    }
    if errors:
        body["errors"] = [_listed(one) for one in errors]
    response = HttpResponse(
        json.dumps(body, ensure_ascii=True), status=status, content_type=MEDIA_TYPE
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Rightsize"'
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


def answer_to(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Return what a program reads of an exception; an unknown one is logged."""
    if isinstance(error, RequestInvalid):
        return _all_of(request, [Problem(**one) for one in error.errors])
    if isinstance(error, SetupInvalid):
        return _all_of(request, error.problems)
    if isinstance(error, ValidationError):
        return _all_of(request, _of_form(error))
    if isinstance(error, LaunchRefused):
        problems = [_of_line(line) for line in error.problems]
        return _all_of(request, problems)
    if isinstance(error, StepRefused | NotYet):
        return problem(request, 409, str(error))
    if isinstance(error, Http404):
        told = "There is no such thing, or it belongs to another team."
        return problem(request, 404, told)
    if isinstance(error, RequestDataTooBig | TooManyFilesSent):
        return problem(request, 413, "Send at most 2.5 MB, and files as multipart.")
    if isinstance(error, MultiPartParserError | SuspiciousOperation):
        return problem(request, 400, MALFORMED)
    if isinstance(error, HttpError):
        return problem(request, error.status_code, _of_http(error))
    if is_outage(error):
        away = problem(request, 503, "The database is away. Runs continue; try again.")
        away.headers["Retry-After"] = RETRY_AFTER_SECONDS
        return away
    structlog.get_logger(__name__).exception("api_error", path=request.path)
    told = "It was logged under the request_id. Try again; give it if it happens twice."
    return problem(request, 500, told)


def _all_of(request: HttpRequest, problems: Sequence[Problem]) -> HttpResponse:
    detail = problem_line(problems[0]) if problems else TITLES[422]
    if len(problems) > 1:
        detail = f"{len(problems)} things are wrong. The first: {detail}"
    return problem(request, 422, detail, problems)


def _of_form(error: ValidationError) -> list[Problem]:
    """Return the messages of a service by field; those of none have no path."""
    if not hasattr(error, "error_dict"):
        return [_of_line(text) for text in error.messages]
    return [
        Problem(field, None, text.rstrip("."), "Correct it.")
        for field, texts in error.message_dict.items()
        for text in texts
    ]


def _of_line(text: str) -> Problem:
    return Problem("", None, text.rstrip("."), "")


def _of_http(error: HttpError) -> str:
    cause = error.__cause__
    if isinstance(cause, JsonWrong):
        place = f" at line {cause.line}, column {cause.column}" if cause.line else ""
        return f"The body is not JSON{place}: {cause.wrong}"
    if isinstance(cause, UnicodeDecodeError):
        return "The body is not UTF-8 text."
    if isinstance(error, AuthenticationError) and error.message == "Unauthorized":
        return "Send a live API token in the header: Authorization: Bearer rs_…"
    return error.message


def _listed(one: Problem) -> dict[str, Any]:
    given = one.given
    if isinstance(given, str) and len(given) > SHOWN:
        given = f"{given[:SHOWN]} …"
    if not isinstance(given, str | int | float | bool | None):
        given = json.dumps(given, default=str)[:SHOWN]
    path = {"path": one.path} if one.path else {}
    return path | {"given": given, "wrong": one.wrong, "remedy": one.remedy}
