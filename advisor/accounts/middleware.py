"""Who acts, from where, and in which team? Only its members get past the door.

Every address under `/t/<team>/` is looked at before its view runs: who is not signed in
is sent to sign in, who is not a member reads the same 404 as for a team that does not
exist. The membership is read anew each time, so a removed member is out at once. A team
may demand two-step sign-in: members without it are led to set it up.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from advisor.accounts import selectors, services

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIX = "/t/"


class SessionClockMiddleware:
    """End sessions that nobody used for long, and say from where each act comes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign an idle session out before anything is shown to it."""
        if request.user.is_authenticated:
            now = timezone.now()
            if services.is_idle(request.session, now):
                logout(request)
            else:
                services.touch(request.session, now)
        with services.acting_from(get_client_ip(request)):
            return self.get_response(request)


class TeamMiddleware:
    """Put `team` and `membership` on requests under `/t/<team>/`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; a fragment is not led to sign in, its whole page is."""
        response = self.get_response(request)
        leads = response.headers.get("Location", "")
        if request.headers.get("HX-Request") and leads.startswith(
            reverse("account_login")
        ):
            return _to_sign_in(request)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        """Find the membership, or send the visitor away."""
        if not request.path.startswith(PREFIX) or "team" not in kwargs:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        # Read once a request: the top bar names the other teams from these.
        mine = selectors.memberships_of(request.user)
        membership = next((m for m in mine if m.team.slug == kwargs["team"]), None)
        if membership is None:
            raise Http404
        request.teams = [one.team for one in mine]  # type: ignore[attr-defined]
        if services.is_shut_out(membership):
            return _to_two_step(request, membership.team.name)
        request.membership = membership  # type: ignore[attr-defined]
        request.team = membership.team  # type: ignore[attr-defined]
        if request.session.get("team") != membership.team.slug:
            request.session["team"] = membership.team.slug
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    page = _open_page(request)
    answer = redirect_to_login(page) if page else redirect("account_login")
    if not request.headers.get("HX-Request"):
        return answer
    # htmx would put the sign-in page into the fragment; this moves the whole page.
    return HttpResponse(status=204, headers={"HX-Redirect": answer.url})


def _open_page(request: HttpRequest) -> str:
    """Return the address of the page that is open; empty where none is told.

    Whoever has signed in is led there: a fragment is no page, and most addresses that
    take a form show none.
    """
    if request.headers.get("HX-Request"):
        told = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return request.get_full_path()
    else:
        told = request.headers.get("Referer", "")
    try:
        page = urlsplit(told)
    except ValueError:
        return ""
    if page.netloc != request.get_host():
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()


def _to_two_step(request: HttpRequest, team: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": request.path})
    messages.warning(
        request,
        f"{team} asks for two-step sign-in. Turn it on, and the team's pages open.",
    )
    return redirect("mfa_index")
