"""In which team does this request act? Only its members get past the door.

Every address under `/t/<team>/` is looked at before its view runs: who is not signed in
is sent to sign in, who is not a member reads the same 404 as for a team that does not
exist. The membership is read anew each time, so a removed member is out at once.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from advisor.accounts import selectors

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIX = "/t/"


class TeamMiddleware:
    """Put `team` and `membership` on requests under `/t/<team>/`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

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
        membership = selectors.membership_of(request.user, kwargs["team"])
        if membership is None:
            raise Http404
        request.membership = membership  # type: ignore[attr-defined]
        request.team = membership.team  # type: ignore[attr-defined]
        if request.session.get("team") != membership.team.slug:
            request.session["team"] = membership.team.slug
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # htmx would put the sign-in page into the fragment; this moves the whole page.
        return HttpResponse(
            status=204, headers={"HX-Redirect": reverse("account_login")}
        )
    return redirect_to_login(request.get_full_path())
