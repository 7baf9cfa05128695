"""How are a team's tokens, spending and record looked after?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from advisor.accounts import pages, selectors, services
from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.forms import ApiTokenForm, CapsForm
from advisor.accounts.models import ApiToken, Role
from advisor.web.csv_file import csv_answer
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
def tokens(request: TeamRequest, team: str) -> HttpResponse:
    """Show a member's own API tokens; make one by POST and show it this once."""
    form = ApiTokenForm(request.POST or None)
    secret = None
    if form.is_valid():
        _, secret = services.create_api_token(
            member=request.membership,
            name=form.cleaned_data["name"],
            scope=ApiToken.Scope(form.cleaned_data["scope"]),
            days=form.cleaned_data["days"],
        )
    status = 422 if form.is_bound and not secret else 200
    shown = ApiTokenForm() if secret else form
    page = pages.api_tokens_page(request.membership, shown, secret)
    return render_page(request, "accounts/api_tokens.html", page, status=status)


@require_POST
def revoke(request: TeamRequest, team: str, token: int) -> HttpResponse:
    """End one of the member's own tokens."""
    own = selectors.api_tokens_of(request.team, request.user)
    found = own.filter(pk=token).first()
    if found is None:
        raise Http404
    services.revoke_api_token(token=found, by=request.membership)
    messages.success(request, f"{found.name} works no longer.")
    return redirect("accounts:tokens", team=team)


@require_safe
def spending(request: TeamRequest, team: str) -> HttpResponse:
    """Show what the team's month holds, and its caps."""
    found = selectors.spending_of(request.team)
    form = CapsForm(initial={"month": found.cap_usd, "run": found.run_cap_usd})
    page = pages.spending_page(request.membership, found, form)
    return render_page(request, "accounts/spending.html", page)


@require_POST
@needs(Role.ADMIN, "set caps")
def caps(request: TeamRequest, team: str) -> HttpResponse:
    """Set what the team may spend a month and in one run."""
    form = CapsForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.set_caps(
                team=request.team,
                by=request.membership,
                month_usd=given["month"],
                run_usd=given["run"],
            )
        except services.CapRefused as refusal:
            form.add_error("month", str(refusal))
        else:
            messages.success(request, "The caps are saved.")
            return redirect("accounts:spending", team=team)
    found = selectors.spending_of(request.team)
    page = pages.spending_page(request.membership, found, form)
    return render_page(request, "accounts/spending.html", page, status=422)


@require_safe
@needs(Role.ADMIN, "read the audit log")
def audit(request: TeamRequest, team: str) -> HttpResponse:
    """Show what was done in the team, as the address filters it."""
    page = pages.audit_page(request.membership, request.GET.dict())
    return render_page(request, "accounts/audit.html", page)


@require_safe
@needs(Role.ADMIN, "export the audit log")
def audit_csv(request: TeamRequest, team: str) -> HttpResponse:
    """Send what the audit page lists as CSV; that it left is recorded too."""
    answer = csv_answer(
        f"{request.team.slug}-audit.csv",
        pages.audit_table(request.membership, request.GET.dict()),
    )
    services.record(team=request.team, actor=request.user, action="audit.exported")
    return answer
