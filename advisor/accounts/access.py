"""Who is asking, in which team, and may they? Shared by every app's views.

The team middleware has put `team`, `membership` and `user` on the request before a
view under `/t/<team>/` runs, or has answered 404. A view that writes asks for a role:

    @require_POST
    @needs(Role.EDITOR, "launch runs")
    def launch(request: TeamRequest, team: str, project: str) -> HttpResponse: ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from advisor.accounts.models import Membership, Role, Team, User
from advisor.accounts.selectors import may

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request of somebody known."""

    user: User


class TeamRequest(SignedInRequest):
    """A request under `/t/<team>/` of one of its members."""

    team: Team
    membership: Membership


def needs(
    role: Role, deed: str
) -> Callable[
    [Callable[Concatenate[TeamRequest, P], HttpResponse]],
    Callable[Concatenate[TeamRequest, P], HttpResponse],
]:
    """Let members with ``role`` or more pass; tell the others whom to ask.

    ``deed`` completes the sentence "Viewers cannot ...".
    """

    def guard(
        view: Callable[Concatenate[TeamRequest, P], HttpResponse],
    ) -> Callable[Concatenate[TeamRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(
            request: TeamRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not may(request.membership, role):
                own = Role(request.membership.role).label
                raise PermissionDenied(
                    f"{own}s cannot {deed}."
                    f" Ask an {role.label.lower()} of {request.team.name}."
                )
            return view(request, *args, **kwargs)

        return guarded

    return guard
