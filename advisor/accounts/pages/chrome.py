"""What surrounds every page? Top bar, navigation and theme, as a context processor."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject

from advisor.accounts import selectors
from advisor.accounts.models import Role, Team, User
from advisor.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """What surrounds every page: top bar, navigation, theme."""

    theme: str
    home: str
    team: Team | None
    teams: tuple[Link, ...]
    nav: tuple[Link, ...]
    account: tuple[Link, ...]
    initials: str
    live_url: str | None


def chrome(request: HttpRequest) -> dict[str, object]:
    """Give every template `chrome` and the CSP nonce (a context processor).

    Made when a template asks for it: a fragment has no top bar.
    """
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "chrome": SimpleLazyObject(lambda: _chrome(request)),
    }


def _chrome(request: HttpRequest) -> Chrome:
    user = request.user if hasattr(request, "user") else None
    theme = request.COOKIES.get("theme", "")
    theme = theme if theme in {"light", "dark"} else ""
    if isinstance(user, User):
        return _chrome_of(request, user, theme)
    return Chrome(
        theme=theme,
        home="/",
        team=None,
        teams=(),
        nav=(),
        account=(),
        initials="",
        live_url=None,
    )


def _chrome_of(request: HttpRequest, user: User, theme: str) -> Chrome:
    known: list[Team] | None = getattr(request, "teams", None)
    teams = selectors.teams_of(user) if known is None else known
    slug = request.session.get("team")
    team: Team | None = getattr(request, "team", None) or next(
        (t for t in teams if t.slug == slug), teams[0] if teams else None
    )
    home = f"/t/{team.slug}/" if team else reverse("accounts:team-new")
    return Chrome(
        theme=theme,
        home=home,
        team=team,
        teams=tuple(Link(t.name, f"/t/{t.slug}/", t == team) for t in teams),
        nav=_nav(team, request.path) if team else (),
        account=_account(),
        initials=initials(user),
        live_url=_if_exists(f"{home}live/") if team else None,
    )


@lru_cache(maxsize=1)
def _account() -> tuple[Link, ...]:
    return _existing(
        (
            Link("Your account", reverse("accounts:profile")),
            Link("Change password", reverse("account_change_password")),
            Link("Two-step sign-in", reverse("mfa_index")),
            Link("Where you are signed in", reverse("accounts:sessions")),
        )
    )


def _nav(team: Team, path: str) -> tuple[Link, ...]:
    own = f"/t/{team.slug}/"
    at = {
        "Projects": path == own or path.startswith((f"{own}p/", f"{own}projects/")),
        "Catalog": path.startswith(("/catalog/", f"{own}catalog/")),
        "Reports": path.startswith(f"{own}reports/"),
        "Team settings": path.startswith(f"{own}settings/"),
    }
    addresses = {
        "Projects": own,
        "Catalog": "/catalog/models/",
        "Reports": f"{own}reports/",
        "Team settings": f"{own}settings/members/",
    }
    return _existing(tuple(Link(x, addresses[x], at[x]) for x in addresses))


def _existing(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Keep the links that lead somewhere; the rooms of the house open one by one."""
    return tuple(link for link in links if _if_exists(link.url))


# The house is built once: what leads somewhere does so while the process lives.
@lru_cache(maxsize=4096)
def _if_exists(path: str) -> str | None:
    try:
        resolve(path)
    except Resolver404:
        return None
    return path


def initials(user: User) -> str:
    """Return one or two letters for a person, from the name or the address."""
    words = (user.name or user.email.partition("@")[0].replace(".", " ")).split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


def settings_nav(team: Team, current: str, role: str = Role.OWNER) -> tuple[Link, ...]:
    """Return the side navigation of team settings; rooms that open to ``role``."""
    base = f"/t/{team.slug}/settings/"
    rooms = {
        "Members": ("members/", Role.VIEWER),
        "Endpoints and keys": ("endpoints/", Role.VIEWER),
        "Run spending": ("spending/", Role.VIEWER),
        "API tokens": ("tokens/", Role.VIEWER),
        "Audit log": ("audit/", Role.ADMIN),
        "Delete team": ("delete/", Role.OWNER),
    }
    own = selectors.rank(role)
    return _existing(
        tuple(
            Link(name, base + path, name == current)
            for name, (path, least) in rooms.items()
            if selectors.rank(least) <= own
        )
    )
