"""What PostgreSQL is asked that SQLite forgives: prints what went wrong, else nothing.

A program of its own, with DATABASE_URL of an empty database: `main("nul")` sends U+0000
and half a character to every address; `main("races")` lets many do at once what only
one may; `main("drafts")` is a double click at every step of a wizard;
`main("deletion")` deletes a team while a draft of it is launched; `main("names")` is a
double click wherever something gets a name.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import Membership, Role
from advisor.accounts.services import (
    DeletionRefused,
    InvitationRefused,
    MembershipRefused,
)
from advisor.projects.models import Setup
from advisor.runs.models import Run
from advisor.runs.services import freeze_and_launch, launch
from tests.people import member, person
from tests.security.same_names import many_of_one_name
from tests.security.test_doors import ALL, METHODS, asked_of
from tests.security.world import World, build
from tests.wizard.walk import Walk

NUL = "a\x00b"
# Percent-encoded: NUL, and half a character.
BAD = ("%00", "%ED%A0%80")
# Names that forms and queries of the product know; each is given every bad text.
FIELDS = (
    *("name", "goal", "owner", "email", "emails", "login", "password", "role", "text"),
    *("q", "show", "tag", "sample", "page", "sort", "who", "what", "days", "from"),
    *("team", "status", "next", "theme", "id", "model", "base_url", "key", "region"),
    *("prompt", "scorer", "label", "reason", "slug", "licence", "kind", "floor"),
    *("minimum", "p95", "volume", "cap", "month", "run", "demanded", "other", "input"),
)


def sent_nul() -> list[str]:
    """Send bad characters to every address, in its path, query, form and body."""
    world, wrong = build(), []
    client = world.client("owner")
    program = world.client("owner", api=True)
    for one in (client, program):
        one.raise_request_exception = False
    for route in ALL:
        if route.text.startswith("operate/"):
            continue
        by = program if route.text.startswith("api/") else client
        for told, answer in _asked(world, route, by):
            if answer.status_code >= 500:
                wrong.append(f"{told}: {answer.status_code}")
    return wrong


def _asked(world: World, route: Any, client: Any) -> Any:
    address = world.address(route, "owner").partition("?")[0]
    cookies = dict(client.cookies)
    query = "&".join(f"{field}={bad}" for field in FIELDS for bad in BAD)
    asks = asked_of(route) or {}
    for method in METHODS:
        if method not in asks:
            continue
        places = [f"{address}?{query}", *(_spoilt(address, bad) for bad in BAD)]
        for place in places:
            with transaction.atomic():
                yield f"{method} {place[:90]}", client.generic(method, place)
                transaction.set_rollback(True)
            client.cookies.update(cookies)
        if method != "GET":
            with transaction.atomic():
                yield (
                    f"{method} {route} with a form",
                    client.post(address, dict.fromkeys(FIELDS, NUL)),
                )
                transaction.set_rollback(True)
            client.cookies.update(cookies)
            body = (
                '{"name": "a\\u0000b", "x": "\\ud800", "document": {"goal": "\\u0000"}}'
            )
            with transaction.atomic():
                yield (
                    f"{method} {route} with JSON",
                    client.generic(method, address, body, "application/json"),
                )
                transaction.set_rollback(True)


def _spoilt(address: str, bad: str) -> str:
    head, _, tail = address.rstrip("/").rpartition("/")
    return f"{head}/{bad}{tail}/"


def many_at_once() -> list[str]:
    """Let twenty accept one invitation, and two owners leave a team together."""
    owner = person("alice")
    team = services.create_team(name="Team Atlas", owner=owner)
    _, link = services.invite(
        email="dora@example.com", role=Role.EDITOR, by=member(team, owner)
    )
    token, dora = link.strip("/").rpartition("/")[2], person("dora")

    def accept() -> object:
        return services.accept_invitation(token=token, user=dora, now=timezone.now())

    joined = _together(20, accept)
    wrong = []
    if joined.count("done") != 1 or Membership.objects.filter(user=dora).count() != 1:
        wrong.append(f"one invitation was accepted: {joined}")
    bob = person("bob")
    Membership.objects.create(team=team, user=bob, role=Role.OWNER)
    leaving = iter([member(team, owner), member(team, bob)])

    def leave() -> None:
        one = next(leaving)
        services.leave_or_remove(member=one, by=one)

    left = _together(2, leave)
    owners = Membership.objects.filter(team=team, role=Role.OWNER).count()
    if left.count("done") != 1 or owners != 1:
        wrong.append(f"of two owners that left together {owners} are there: {left}")
    return wrong


def many_launches() -> list[str]:
    """Press "Launch" twenty times at once, with the key that the page gave."""
    world = build()
    first = world.walk.run
    setup, user = first.setup, world.users["editor"]

    def press() -> object:
        return launch(setup=setup, started_by=user, idempotency_key="one press")

    pressed = _together(20, press)
    runs = Run.objects.filter(team=world.team).exclude(pk=first.pk).count()
    return [] if runs == 1 else [f"{runs} runs of one press: {pressed}"]


def many_drafts() -> list[str]:
    """Press each button of a wizard in four tabs at once."""
    owner = person("alice")
    team = services.create_team(name="Team Atlas", owner=owner)
    clients = [Client(raise_request_exception=False) for _ in range(4)]
    for one in clients:
        one.force_login(owner)
    tabs = [Walk(one, team) for one in clients]
    answers = b'{"id": "row-2", "output": "yes"}'

    def codes(press: Callable[[Walk], Any]) -> list[int]:
        def status(tab: Walk) -> int:
            try:
                return int(press(tab).status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(tabs)) as pool:
            return sorted(pool.map(status, tabs))

    pressed = {
        "create": codes(lambda tab: tab.begin()),
        "upload": codes(
            lambda tab: tab.upload(f"input,expected\nq{id(tab)},yes\n", "s.csv")
        ),
        "add": codes(lambda tab: tab.record("small", answers)),
        "type": codes(lambda tab: tab.post("goal/keep", {f"{NUL}{id(tab)}": NUL})),
        "correct": codes(
            lambda tab: tab.post("samples/expected", {"expected:row-2": NUL})
        ),
    }
    Setup.objects.update(typed={})
    tabs[0].limit(minimum="50")
    tabs[0].score()
    pressed["launch"] = codes(lambda tab: tab.launch(version="1"))
    pressed["runs"] = [Run.objects.count()]
    pressed["open"] = codes(lambda tab: tab.post("constraints/keep", {"margin": "5"}))
    pressed["drafts"] = [Setup.objects.filter(state=Setup.State.DRAFT).count()]
    pressed["models"] = [len(tabs[0].document["candidates"])]
    expected = {
        "create": [302, 422, 422, 422],
        "upload": [302] * 4,
        "add": [302, 422, 422, 422],
        "type": [200] * 4,
        "correct": [302] * 4,
        "launch": [302] * 4,
        "runs": [1],
        "open": [200] * 4,
        "drafts": [1],
        "models": [1],
    }
    return [] if pressed == expected else [f"{pressed}, not {expected}"]


def deleted_while_launched() -> list[str]:
    """Delete a team between the freezing of its draft and the launch of it."""
    owner = person("alice")
    team = services.create_team(name="Team Atlas", owner=owner)
    client = Client()
    client.force_login(owner)
    tab = Walk(client, team)
    tab.begin()
    tab.upload("input,expected\nq1,yes\n", "s.csv")
    tab.record("small", b'{"id": "row-1", "output": "yes"}')
    tab.limit(minimum="50")
    tab.score()
    frozen, locked = Event(), Event()

    def launched() -> object:
        def pause(execute: Any, sql: str, *rest: Any) -> Any:
            done = execute(sql, *rest)
            if sql.startswith('UPDATE "projects_setup" SET "state"'):
                frozen.set()
                # Where who deletes has to wait for this one, it says nothing.
                locked.wait(2.0)
            return done

        with connection.execute_wrapper(pause):
            return freeze_and_launch(setup=tab.draft, started_by=owner)

    def deleted() -> object:
        def say(execute: Any, sql: str, *rest: Any) -> Any:
            done = execute(sql, *rest)
            if '"accounts_team"' in sql and sql.endswith("FOR UPDATE"):
                locked.set()
            return done

        frozen.wait(60)
        with connection.execute_wrapper(say):
            return services.delete_team(by=member(team, owner), typed_name=team.name)

    deeds = iter([launched, deleted])
    told = sorted(_together(2, lambda: next(deeds)()))
    runs = Run.objects.count()
    fine = (told, runs) == (["done", "refused"], 1)
    return [] if fine else [f"{told}, {runs} runs"]


def _together(number: int, deed: Callable[[], object]) -> list[str]:
    def one(_: int) -> str:
        try:
            deed()
        except (InvitationRefused, MembershipRefused, DeletionRefused):
            return "refused"
        except OperationalError as error:
            return str(error).partition("\n")[0]
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def main(what: str) -> None:
    """Try, and print what went wrong."""
    setup_test_environment()
    tries = {
        "nul": sent_nul,
        "races": many_at_once,
        "launches": many_launches,
        "drafts": many_drafts,
        "deletion": deleted_while_launched,
        "names": many_of_one_name,
    }
    print("\n".join(tries[what]()))
