"""A team with one of everything, and the seven who try its doors.

Two members of each kind would behave alike, so there is one: Alice owns the team, Adam
is an admin, Edith edits, Bob views; Charlie owns another team, Gina was a member until
a moment ago, and nobody is signed in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from advisor.accounts import services
from advisor.accounts.models import ApiToken, Membership, Role, Team, User
from advisor.runs.services import close_engines, run_inline
from tests.browser import decided
from tests.people import member, person
from tests.security.things import QUERIES, Ids, own, places, settle_in, things
from tests.wizard.walk import GOAL, Walk

MEMBERS = ("viewer", "editor", "admin", "owner")
ACTORS = ("nobody", *MEMBERS, "other", "gone")
PARAMETER = re.compile(r"<(\w+:\w+)>")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class World:
    """Who is there, and which ids stand in an address for things of the team."""

    team: Team
    walk: Walk
    users: dict[str, User]
    secrets: dict[str, str]
    own: dict[str, Ids]
    ids: Ids = field(default_factory=dict)
    places: dict[str, Ids] = field(default_factory=dict)

    def client(self, actor: str, *, api: bool = False, **headers: str) -> Client:
        """Open a browser, or a program with a token, of one of the seven."""
        if api and actor in self.secrets:
            headers["Authorization"] = f"Bearer {self.secrets[actor]}"
        client = Client(headers=headers)
        if not api and actor in self.users:
            client.force_login(self.users[actor], backend=BACKEND)
        return client

    def address(self, route: "Route", actor: str, **changes: object) -> str:
        """Fill a route with ids of the team; a person's own things are their own."""
        ids = {**self.ids, **self.own.get(actor, self.own["viewer"])}
        for start, there in self.places.items():
            ids |= there if route.text.startswith(start) else {}
        return route.fill({**ids, **changes}) + QUERIES.get(route.text, "")


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the URL resolver: as written there, and its parameters.

    A parameter is called, say, `int:token`; where its kind says nothing, `token` will
    do to fill it.
    """

    text: str
    shape: str
    names: tuple[str, ...]

    def fill(self, ids: Mapping[str, object]) -> str:
        """Return the address with ids in it."""
        parts = self.shape
        for name in self.names:
            plain = name.rpartition(":")[2]
            found = ids.get(name, ids.get(plain))
            assert found is not None, f"Give {name} of {self} in things.py"
            parts = parts.replace(f"%({plain})s", str(found))
        return f"/{parts}"

    def __str__(self) -> str:
        return self.text


def routes() -> list[Route]:
    """List every address that the resolver knows, of pages, fragments and API."""
    return list(_walked(get_resolver(), Route("", "", ())))


def _walked(resolver: URLResolver, above: Route) -> Iterator[Route]:
    for one in resolver.url_patterns:
        said = dict(reversed(kind.split(":")) for kind in PARAMETER.findall(str(one)))
        names = tuple(
            f"{said[name]}:{name}" if name in said else name
            for name in one.pattern.regex.groupindex
        )
        shape = normalize(one.pattern.regex.pattern.replace(r"\Z", ""))[0][0]
        here = Route(
            text=above.text + str(one.pattern),
            shape=above.shape + shape,
            names=above.names + names,
        )
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _walked(one, here)


def build() -> World:
    """Make the team, its people and one of everything that an address can name."""
    users = {
        actor: person(name)
        for actor, name in zip(
            ("owner", "admin", "editor", "viewer", "other", "gone"),
            ("alice", "adam", "edith", "bob", "charlie", "gina"),
            strict=True,
        )
    }
    for user in users.values():
        settle_in(user)
    team = services.create_team(name="Team Atlas", owner=users["owner"])
    elsewhere = services.create_team(name="Elsewhere", owner=users["other"])
    for actor in ("admin", "editor", "viewer"):
        Membership.objects.create(team=team, user=users[actor], role=Role(actor))
    gone = Membership.objects.create(team=team, user=users["gone"], role=Role.OWNER)
    teams = dict.fromkeys(users, team) | {"other": elsewhere}
    made = {actor: _token(teams[actor], user) for actor, user in users.items()}
    owner = member(team, users["owner"])
    services.leave_or_remove(member=gone, by=owner)
    client = Client()
    client.force_login(users["owner"], backend=BACKEND)
    world = World(
        team=team,
        walk=Walk(client, team),
        users=users,
        secrets={actor: secret for actor, (_, secret) in made.items()},
        own={
            actor: {"int:token": made[actor][0].pk, "session": _session(users[actor])}
            for actor in MEMBERS
        },
    )
    _fill(world, owner)
    for actor in MEMBERS:
        world.own[actor] |= own(world.walk, member(team, users[actor]))
    return world


def _fill(world: World, owner: Membership) -> None:
    decide(world.walk)
    dora = Membership.objects.create(
        team=world.team, user=person("dora"), role=Role.VIEWER
    )
    invitation, link = services.invite(
        email="frank@example.com", role=Role.VIEWER, by=owner
    )
    world.ids = {
        "team": world.team.slug,
        "project": world.walk.project.slug,
        "slug": world.walk.project.slug,
        "number": world.walk.run.number,
        "version": 1,
        "member": dora.pk,
        "invitation": invitation.pk,
        "token": link.strip("/").rpartition("/")[2],
        **things(world.walk),
    }
    world.places = places(world.walk, owner)


def decide(walk: Walk) -> None:
    """Work off a small run of two recorded models."""
    walk.begin(**GOAL)
    walk.limit(margin="20")
    walk.upload(decided.tickets(30), "tickets.jsonl")
    walk.score(prompt="Name the desk.\n{input}\nDesk:", max_output_tokens="16")
    for model in (decided.REFERENCE, decided.MODELS[0]):
        walk.record(
            model.name,
            decided.answers(model, 30),
            role="reference" if model is decided.REFERENCE else "candidate",
            parameters=model.parameters,
            hosting="private_cloud",
        )
    walk.post("candidates")
    answer = walk.launch(promise="samples")
    assert answer.status_code == 302, answer.content.decode()
    run_inline(walk.run)
    close_engines()


def _token(team: Team, user: User) -> tuple[ApiToken, str]:
    return services.create_api_token(
        member=member(team, user), name="ci", scope=ApiToken.Scope.MANAGE, days=1
    )


def _session(user: User) -> int:
    store = SessionStore()
    store.create()
    row = UserSession.objects.create(
        user=user, session_key=store.session_key, ip="192.0.2.7", user_agent="Firefox/1"
    )
    return int(row.pk)
