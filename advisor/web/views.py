"""What is shown to people without a team, and when something went wrong?"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from advisor.web import outage
from advisor.web.pages import TextPage, TroublePage
from advisor.web.parts import Link
from advisor.web.rendering import render_page
from advisor.web.styleguide import styleguide_page

YEAR = 365 * 24 * 3600
THEMES = {"light", "dark"}


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch to the other theme and go back; the cookie is what pages read.

    Without a cookie the system decides, and a server cannot know what it decided:
    the first switch without JavaScript leads to dark.
    """
    other = "light" if request.COOKIES.get("theme") == "dark" else "dark"
    wanted = request.POST.get("theme", "")
    chosen = wanted if wanted in THEMES else other
    back = request.POST.get("next", "/")
    is_path = back.startswith("/") and back.isprintable()
    # A word alone would be taken for the name of a view.
    if not is_path or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = redirect(back)
    response.set_cookie(
        "theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.PRODUCTION
    )
    return response


@login_not_required
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Show how recommendations are made: the promise, word for word."""
    page = TextPage(title="How recommendations are made")
    return render_page(request, "web/method.html", page)


@login_not_required
@require_safe
def help_and_contact(request: HttpRequest) -> HttpResponse:
    """Show where to get help."""
    return render_page(request, "web/help.html", TextPage(title="Help and contact"))


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    page = TextPage(title="Accessibility")
    return render_page(request, "web/accessibility.html", page)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is stored and what leaves."""
    return render_page(request, "web/privacy.html", TextPage(title="Privacy"))


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render_page(request, "web/styleguide.html", styleguide_page())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where the database is what broke; neither touches it."""
    if outage.under_way():
        return outage.unavailable(request)
    page = TroublePage(
        title="Something broke on our side",
        text="Your draft is saved. Try again; if it happens twice, give the reference.",
        way_on=Link("Go to your projects", "/"),
        reference=getattr(request, "request_id", "")[:8].upper(),
    )
    return HttpResponse(render_to_string("500.html", {"page": page}), status=500)
