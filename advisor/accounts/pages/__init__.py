"""What do pages about people and teams say? One frozen dataclass a template."""

from dataclasses import dataclass

from django import forms

from advisor.accounts import selectors
from advisor.accounts.models import ApiToken, Invitation, Membership, Role
from advisor.accounts.pages.account import (
    DeletePage,
    SessionsPage,
    delete_account_page,
    delete_team_page,
    sessions_page,
)
from advisor.accounts.pages.audit import AuditPage, audit_page, audit_table
from advisor.accounts.pages.chrome import chrome, initials, settings_nav
from advisor.accounts.pages.members import MembersPage, members_page
from advisor.accounts.pages.spending import SpendingPage, spending_page
from advisor.web.example import Example
from advisor.web.parts import Link

__all__ = [
    "ApiTokensPage",
    "AuditPage",
    "DeletePage",
    "FormPage",
    "InvitationPage",
    "LandingPage",
    "MembersPage",
    "OncePage",
    "SessionsPage",
    "SpendingPage",
    "api_tokens_page",
    "audit_page",
    "audit_table",
    "chrome",
    "delete_account_page",
    "delete_team_page",
    "initials",
    "invitation_page",
    "members_page",
    "sessions_page",
    "settings_nav",
    "spending_page",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingPage:
    """The front door, with the sign-in form in it."""

    title: str
    form: forms.Form
    example: Example
    top_links: tuple[Link, ...] = (
        Link("How it works", "#how"),
        Link("What is measured", "#measures"),
    )
    has_sign_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """One form with its title."""

    title: str
    form: forms.Form


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPage:
    """An invitation as its receiver reads it; nothing of the team but its name."""

    title: str
    team: str
    role: str
    invited_by: str
    email: str
    path: str
    fits: bool
    has_sign_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OncePage:
    """The button that spends a one-time link."""

    title: str
    who: str
    has_sign_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokensPage:
    """A member's own API tokens; `secret` is there right after one was made."""

    title: str
    nav: tuple[Link, ...]
    tokens: tuple[ApiToken, ...]
    form: forms.Form
    secret: str | None = None


def invitation_page(invitation: Invitation, path: str, email: str) -> InvitationPage:
    """Show an open invitation to somebody whose address is ``email``, or nobody."""
    return InvitationPage(
        title=f"Join {invitation.team.name}",
        team=invitation.team.name,
        role=Role(invitation.role).label.lower(),
        invited_by=str(invitation.invited_by),
        email=invitation.email,
        path=path,
        fits=email.lower() == invitation.email.lower(),
    )


def api_tokens_page(
    own: Membership, form: forms.Form, secret: str | None = None
) -> ApiTokensPage:
    """Put the tokens page together; a secret is shown this once."""
    return ApiTokensPage(
        title="API tokens",
        nav=settings_nav(own.team, "API tokens", own.role),
        tokens=tuple(selectors.api_tokens_of(own.team, own.user)),
        form=form,
        secret=secret,
    )
