"""How do people come in: by the front door, an invitation, a link that works once?"""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from advisor.accounts import pages, selectors, services
from advisor.accounts.access import SignedInRequest
from advisor.accounts.forms import SignInForm, TeamForm
from advisor.accounts.models import User
from advisor.web.example import example
from advisor.web.rendering import render_page

BACKEND = "django.contrib.auth.backends.ModelBackend"
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the front door; lead who is signed in to the team that was open last."""
    if not isinstance(request.user, User):
        page = pages.LandingPage(
            title="Choose the smallest model that does the job",
            form=SignInForm(request=request),
            example=example(),
        )
        return render_page(request, "web/landing.html", page)
    team = selectors.last_team_of(request.user, request.session.get("team"))
    return redirect(f"/t/{team.slug}/" if team else "accounts:team-new")


@login_required
@read_or_post
def team_new(request: SignedInRequest) -> HttpResponse:
    """Make a team; its maker is its owner."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        team = services.create_team(name=form.cleaned_data["name"], owner=request.user)
        return redirect(f"/t/{team.slug}/")
    page = pages.FormPage(title="Create a team", form=form)
    status = 422 if form.is_bound else 200
    return render_page(request, "accounts/team_new.html", page, status=status)


@login_not_required
@read_or_post
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; accept it by POST. One that ended is not found."""
    found = selectors.open_invitation(services.digest(token), timezone.now())
    if found is None:
        return render_page(request, "accounts/invitation_ended.html", None, status=404)
    user = request.user
    if request.method == "POST" and isinstance(user, User):
        try:
            member = services.accept_invitation(
                token=token, user=user, now=timezone.now()
            )
        except services.InvitationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"You are in {member.team.name} now.")
            return redirect(f"/t/{member.team.slug}/")
    email = user.email if isinstance(user, User) else ""
    page = pages.invitation_page(found, request.path, email)
    return render_page(request, "accounts/invitation.html", page)


@login_not_required
@read_or_post
def sign_in_once(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom a one-time link signs in; POST spends it and does so."""
    now = timezone.now()
    if request.method != "POST":
        link = services.open_sign_in_link(token, now)
        if link is None:
            raise Http404
        page = pages.OncePage(title="Sign in once", who=str(link.user))
        return render_page(request, "accounts/sign_in_once.html", page)
    link = services.use_sign_in_link(token, now)
    if link is None:
        raise Http404
    login(request, link.user, backend=BACKEND)
    return redirect(link.next_path)
