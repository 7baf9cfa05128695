"""What does a person's own account say? Where they are signed in, and how it ends."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django import forms

from advisor.accounts import selectors
from advisor.accounts.models import Membership, User
from advisor.accounts.pages.chrome import settings_nav
from advisor.web.parts import Link
from advisor.web.plain import visible

# What a browser says it is, most telling name first: Edge also says Chrome and Safari.
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "HeadlessChrome/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One browser in which somebody is signed in."""

    id: int | None
    browser: str
    ip: str
    since: datetime
    seen: datetime
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage:
    """Where a person is signed in."""

    title: str
    rows: tuple[SessionRow, ...]
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePage:
    """Something to delete, what goes with it, and the form that asks for its name."""

    title: str
    form: forms.Form
    name: str
    nav: tuple[Link, ...] = ()


def sessions_page(user: User, present: str | None) -> SessionsPage:
    """List the browsers in which somebody is signed in, the present one first."""
    rows = [_session_row(one, present) for one in selectors.sessions_of(user)]
    rows.sort(key=lambda row: (not row.is_this, -row.seen.timestamp()))
    return SessionsPage(
        title="Where you are signed in",
        rows=tuple(rows),
        others=sum(not row.is_this for row in rows),
    )


def delete_account_page(user: User, form: forms.Form) -> DeletePage:
    """Ask for the address of the account that goes."""
    return DeletePage(title="Delete your account", form=form, name=user.email)


def delete_team_page(own: Membership, form: forms.Form) -> DeletePage:
    """Ask for the name of the team that goes."""
    return DeletePage(
        title="Delete team",
        form=form,
        name=own.team.name,
        nav=settings_nav(own.team, "Delete team", own.role),
    )


def browser_name(agent: str) -> str:
    """Return what a browser calls itself, in two words: "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    if browser is None:
        return visible(agent[:40]) or "Unknown browser"
    return f"{browser} on {system}" if system else browser


def _session_row(session: UserSession, present: str | None) -> SessionRow:
    return SessionRow(
        id=session.pk,
        browser=browser_name(session.user_agent),
        ip=session.ip,
        since=session.created_at,
        seen=session.last_seen_at,
        is_this=session.session_key == present,
    )
