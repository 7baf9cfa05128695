"""Every door is tried by everybody. T34 (other teams), T36, T42 (removed), T43 (CSRF).

The addresses come from the URL resolver, what is expected from `doors.txt`.
"""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from advisor.accounts.models import ApiToken, Membership, Team, User
from advisor.accounts.selectors import RANK
from advisor.catalog.models import Endpoint
from advisor.projects.models import Project, Setup
from advisor.reports.models import Comment, ShareLink
from advisor.runs.models import Candidate, Run
from tests.security.world import ACTORS, Route, World, build, routes

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("doors.txt")
LINE = re.compile(r"^(?P<address>\S*)\s+(?P<asks>(?:[A-Z]+ [a-z]+\s*)+)$")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOR_ALL = {"all": {"ok", "unread"}, "none": {"404"}, "step": {"in", "ok"}}
# The body was refused: of the sweep, mostly an empty one.
UNREAD = (400, 415, 422)
REFUSED = {"401", "403", "404", "405", "in"}
ALL = routes()
# What a GET may write: the trace itself.
TRACES = {
    *("django_session", "accounts_auditevent", "usersessions_usersession"),
    *("accounts_apitoken", "reports_sharelink"),
    "runs_runsummary",  # figures of a run that are worked out once
}
WRITES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def read_table() -> dict[str, dict[str, str]]:
    table = {}
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.match(line)
        assert found, f"Not an address with its methods: {line!r}"
        words = found["asks"].split()
        table[found["address"]] = dict(zip(words[::2], words[1::2], strict=True))
    return table


DOORS = read_table()


def asked_of(route: Route) -> dict[str, str] | None:
    wide = (asks for text, asks in DOORS.items() if _covers(text, route.text))
    return DOORS.get(route.text) or next(wide, None)


def _covers(text: str, address: str) -> bool:
    return text.endswith("**") and address.startswith(text.removesuffix("**"))


LISTED = [route for route in ALL if asked_of(route) is not None]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """Build the team once; every request is undone by itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def outcome(answer: HttpResponse) -> str:
    """Say in a word what became of a request."""
    status = answer.status_code
    leads = answer.headers.get("Location", answer.headers.get("HX-Redirect", ""))
    if leads.startswith(("/sign-in/", "/operate/")) or status in (401, 403, 404):
        return "in" if leads else str(status)
    if status == 405 or status >= 500:
        return str(status)
    return "unread" if status in UNREAD else "ok"


def expected(asks: str | None, actor: str, route: Route) -> set[str]:
    """Say what may become of it, by the table; a token is for its own team alone."""
    api = route.text.startswith("api/")
    through = {"ok", "unread"}
    if asks is None:
        return REFUSED
    if asks in FOR_ALL:
        return FOR_ALL[asks]
    if actor == "nobody" or (api and actor == "gone"):
        return {"401" if api else "in"}
    if asks == "operator":
        return {"in", "403"}
    if actor in ("other", "gone"):
        if not route.names or asks == "known":
            return through
        return {"404", "unread"} if api else {"404"}
    if asks not in ("known", "own") and RANK[actor] < RANK[asks]:
        return {"403"}
    return through


def methods_of(route: Route, actor: str) -> list[str]:
    """Say what is tried: what is listed, and by the owner what is not.

    A page that takes a form takes it by PUT as well: that is one door, not two.
    """
    asks = asked_of(route) or {}
    if actor != "owner":
        return list(asks)
    api = route.text.startswith(("api/", "^api/"))
    return list(METHODS if api or "POST" not in asks else METHODS[:2])


def tried(client: Client, method: str, address: str) -> HttpResponse:
    client.raise_request_exception = False
    cookies = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        if method == "POST" and not address.startswith("/api/"):
            answer = client.post(address, {})
        else:
            answer = client.generic(method, address, b"", "application/json")
        transaction.set_rollback(True)
    # Signing out, say, took the cookie along; what it did is undone.
    client.cookies = SimpleCookie(cookies)
    return answer


def test_every_address_is_listed():
    unlisted = sorted({route.text for route in ALL} - {r.text for r in LISTED})
    assert not unlisted, "Give each a line in tests/security/doors.txt: " + ", ".join(
        unlisted
    )


def test_nothing_is_listed_that_is_not_there():
    there = {route.text for route in ALL}
    wide = {text for text in DOORS if any(_covers(text, one) for one in there)}
    assert sorted(set(DOORS) - there - wide) == []


@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_gets_through_the_doors_of_their_role_alone(actor, world: World):
    wrong = []
    pages = world.client(actor)
    program = world.client(actor, api=True)
    for route in LISTED:
        asks = asked_of(route) or {}
        if "operator" in asks.values() and actor not in ("nobody", "owner"):
            continue
        address = world.address(route, actor)
        client = program if route.text.startswith("api/") else pages
        for method in methods_of(route, actor):
            got = outcome(tried(client, method, address))
            want = expected(asks.get(method), actor, route)
            if got not in want:
                wrong.append(f"{method} {route}: {got}, not {' or '.join(want)}")
    assert not wrong, "\n".join(wrong)


def test_a_fragment_refuses_whom_its_page_refuses(world: World):
    wrong = []
    for actor in ("nobody", "other", "gone"):
        client = world.client(actor, **{"HX-Request": "true"})
        for route in LISTED:
            if route.text.startswith(("t/", "^t/")):
                got = outcome(tried(client, "GET", world.address(route, actor)))
                if got != ("in" if actor == "nobody" else "404"):
                    wrong.append(f"{actor} {route}: {got}")
    assert not wrong, "\n".join(wrong)


def test_things_of_another_team_are_not_found_under_ones_own(world: World):
    """Charlie owns Elsewhere, and asks there for what is Team Atlas's."""
    client, wrong = world.client("other"), []
    for route in LISTED:
        if "team" not in route.names or len(route.names) == 1:
            continue
        address = world.address(route, "viewer", team="elsewhere")
        for method in asked_of(route) or {}:
            got = outcome(tried(client, method, address))
            if got != "404":
                wrong.append(f"{method} {route}: {got}")
    assert not wrong, "\n".join(wrong)


def test_reading_writes_nothing_but_its_trace(world: World):
    """T43: a GET that changed something could be forged by a picture's address."""
    client, program = world.client("owner"), world.client("owner", api=True)
    wrong = []
    for route in LISTED:
        if "GET" not in (asked_of(route) or {}) or route.text.startswith("operate/"):
            continue
        by = program if route.text.startswith("api/") else client
        with CaptureQueriesContext(
            connection,
        ) as queries:
            tried(by, "GET", world.address(route, "owner"))
        for query in queries:
            found = WRITES.match(query["sql"])
            if found and found[2] not in TRACES:
                wrong.append(f"{route}: {query['sql'][:80]}")
    assert not wrong, "\n".join(wrong)


def test_a_form_from_elsewhere_is_refused(world: World):
    """T43: a POST without the token of the page is 403 at every address but the API."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.users["owner"])
    wrong = []
    for route in LISTED:
        if "POST" in (asked_of(route) or {}) and not route.text.startswith(
            ("api/", "^api/", "operate/")
        ):
            with transaction.atomic():
                answer = client.post(world.address(route, "owner"), {})
                transaction.set_rollback(True)
            if answer.status_code != 403:
                wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


# T36: what no form of an editor may set, whatever a request names.
GUARDED = {
    Membership: ("team_id", "user_id", "role"),
    User: ("email", "is_staff", "is_superuser", "is_active", "password"),
    Team: ("slug", "name", "month_cap_micro", "run_cap_micro", "demands_two_step"),
    Project: ("team_id", "slug", "created_by_id"),
    Setup: ("project_id", "state", "version", "rule_sha256"),
    Run: ("team_id", "project_id", "state", "spent_micro", "reserved_micro", "seed"),
    Candidate: ("run_id", "state", "role", "decision"),
    Endpoint: ("team_id", "key_sealed", "operator_allowed"),
    ShareLink: ("run_id", "token_sha256", "expires_at"),
    Comment: ("run_id", "author_id", "author_name"),
    ApiToken: ("team_id", "user_id", "scope", "expires_at"),
}
SMUGGLED = {
    **{"team": "2", "team_id": "2", "user": "1", "user_id": "1", "role": "owner"},
    **{"is_staff": "on", "is_superuser": "on", "password": "x", "state": "completed"},
    **{"month_cap_micro": "1", "run_cap_micro": "1", "demands_two_step": "on"},
    **{"slug": "smuggled", "created_by": "1", "created_by_id": "1", "version": "9"},
    **{"spent_micro": "0", "reserved_micro": "0", "seed": "9", "run": "9"},
    **{"run_id": "9", "decision": "certified", "key_sealed": "x"},
    **{"operator_allowed": "on", "token_sha256": "x", "expires_at": "2099-01-01"},
    **{"author": "1", "author_id": "1", "author_name": "Alice", "scope": "manage"},
    **{"name": "A name that will do", "text": "Words.", "label": "Board", "days": "9"},
}


def guarded() -> dict[tuple[str, int], tuple[object, ...]]:
    return {
        (model.__name__, row[0]): row[1:]
        for model, names in GUARDED.items()
        for row in model._default_manager.values_list("pk", *names)
    }


def test_no_form_sets_what_it_does_not_show(world: World):
    client, wrong = world.client("editor"), []
    client.raise_request_exception = False
    before = guarded()
    for route in LISTED:
        asks = asked_of(route) or {}
        if "team" not in route.names or asks.get("POST") not in ("viewer", "editor"):
            continue
        with transaction.atomic():
            client.post(world.address(route, "editor"), SMUGGLED)
            now = guarded()
            changed = [x for x, was in before.items() if now.get(x, was) != was]
            transaction.set_rollback(True)
        wrong += [f"{route}: {name} {pk}" for name, pk in changed]
    assert not wrong, "\n".join(wrong)


def test_somebody_elses_word_grants_no_role(world: World):
    """Charlie's browser with Alice's team in the session still is Charlie's."""
    client = world.client("other")
    session = client.session
    session["team"] = world.team.slug
    session.save()
    assert client.get(f"/t/{world.team.slug}/").status_code == 404
    assert world.team.name.encode() not in client.get("/account/").content
