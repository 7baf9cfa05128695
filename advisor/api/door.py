"""Who is this program, and may it do this? A token in the header, and nowhere else.

A token acts for one member in one team: it may do what its scope and the member's
role both allow, and it sees nothing of another team.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError, AuthorizationError, HttpError
from ninja.security import HttpBearer

from advisor.accounts.models import ApiToken, Membership, Role, Team, User
from advisor.accounts.selectors import may, membership_of
from advisor.accounts.services import is_shut_out, user_of_api_token, within_rate
from advisor.accounts.services.tokens import PREFIX
from advisor.projects.models import Project
from advisor.projects.selectors import project_by_slug
from advisor.runs.models import Run
from advisor.runs.selectors import run_by_number

Scope = ApiToken.Scope
RANK = {Scope.READ: 0, Scope.RUN: 1, Scope.MANAGE: 2}
QUERY_KEYS = {"token", "access_token", "api_token", "api_key", "apikey", "key", "auth"}
IN_THE_ADDRESS = (
    "A token in the address is never read: addresses end up in logs. Revoke that"
    " token, make a new one and send it in the header: Authorization: Bearer rs_…"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The member for whom a token acts, and the team it acts in."""

    token: ApiToken
    membership: Membership

    @property
    def team(self) -> Team:
        """The only team that the caller sees."""
        return self.token.team

    @property
    def user(self) -> User:
        """The member who made the token."""
        return self.token.user


class ApiRequest(HttpRequest):
    """A request that has passed the door."""

    auth: Caller


class TokenAuth(HttpBearer):
    """Let a live token pass that has a scope, or more."""

    def __init__(self, scope: ApiToken.Scope, role: Role = Role.VIEWER) -> None:
        super().__init__()
        self.scope = scope
        self.role = role

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return who calls; None without a live token in the header."""
        for key, value in request.GET.items():
            if key.lower() in QUERY_KEYS or str(value).startswith(PREFIX):
                raise AuthenticationError(message=IN_THE_ADDRESS)
        caller: Caller | None = super().__call__(request)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller of a live token; raise where it may not do this."""
        found = user_of_api_token(token.strip(), timezone.now())
        if found is None:
            return None
        membership = membership_of(found.user, found.team.slug)
        if membership is None:
            return None
        _refuse_at_the_door(found, membership)
        scope = ApiToken.Scope(found.scope)
        if RANK[scope] < RANK[self.scope]:
            raise AuthorizationError(
                message=f"The token's scope is {scope}; this needs {self.scope}."
                " Make a token with that scope in the team's settings."
            )
        if not may(membership, self.role):
            raise AuthorizationError(
                message=f"{Role(membership.role).label}s cannot do this. Ask an"
                f" {self.role.label.lower()} of {found.team.name}."
            )
        return Caller(token=found, membership=membership)


def _refuse_at_the_door(token: ApiToken, membership: Membership) -> None:
    """Raise where the team demands more of the member, or the token asks too often."""
    if is_shut_out(membership):
        raise AuthorizationError(
            message=f"{token.team.name} asks for two-step sign-in. Turn it on for your"
            " account, and your tokens work again."
        )
    if not within_rate(token):
        raise HttpError(
            429,
            f"A token may ask {settings.API_REQUESTS_PER_MINUTE} times a minute."
            " Wait a minute, then go on more slowly.",
        )


READ = TokenAuth(Scope.READ)
PRINT = TokenAuth(Scope.RUN)
RUN = TokenAuth(Scope.RUN, Role.EDITOR)
MANAGE = TokenAuth(Scope.MANAGE, Role.EDITOR)


def project_of(request: ApiRequest, slug: str) -> Project:
    """Return a project of the caller's team; a stranger's does not exist."""
    if not slug.isprintable():  # PostgreSQL refuses to look for a NUL
        raise Http404
    try:
        return project_by_slug(request.auth.team, slug)
    except Project.DoesNotExist:
        raise Http404 from None


def run_of(request: ApiRequest, slug: str, number: int) -> Run:
    """Return a run of the caller's team; a stranger's does not exist."""
    try:
        return run_by_number(project_of(request, slug), number)
    except Run.DoesNotExist:
        raise Http404 from None
