"""How do a team's owners and admins look after members, tokens and the record?"""

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
from advisor.accounts.forms import ApiTokenForm, InviteForm, RoleForm
from advisor.accounts.models import ApiToken, Membership, Role
from advisor.web.parts import Link
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def members(request: TeamRequest, team: str) -> HttpResponse:
    """Show members and, to those who manage them, open invitations."""
    form = InviteForm(own_role=request.membership.role)
    page = pages.members_page(request.membership, form)
    return render_page(request, "accounts/members.html", page)


@require_POST
@needs(Role.ADMIN, "invite people")
def invite(request: TeamRequest, team: str) -> HttpResponse:
    """Invite one or more addresses; their links are shown this once."""
    form = InviteForm(request.POST, own_role=request.membership.role)
    links: list[Link] = []
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        for email in form.cleaned_data["emails"]:
            try:
                _, link = services.invite(email=email, role=role, by=request.membership)
            except services.InvitationRefused as refusal:
                form.add_error("emails", str(refusal))
            else:
                links.append(Link(email, link))
    status = 422 if form.errors else 200
    shown = form if form.errors else InviteForm(own_role=request.membership.role)
    page = pages.members_page(request.membership, shown, tuple(links))
    return render_page(request, "accounts/members.html", page, status=status)


@require_POST
@needs(Role.ADMIN, "withdraw invitations")
def withdraw(request: TeamRequest, team: str, invitation: int) -> HttpResponse:
    """End an invitation."""
    found = selectors.invitations_of(request.team).filter(pk=invitation).first()
    if found is None:
        raise Http404
    services.withdraw_invitation(invitation=found, by=request.membership)
    messages.success(request, f"The invitation of {found.email} is withdrawn.")
    return redirect("accounts:members", team=team)


@require_POST
@needs(Role.ADMIN, "change roles")
def change_role(request: TeamRequest, team: str, member: int) -> HttpResponse:
    """Give a member another role."""
    found = _member_or_404(request, member)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return redirect("accounts:members", team=team)
    role = Role(form.cleaned_data["role"])
    try:
        services.change_role(member=found, role=role, by=request.membership)
    except services.MembershipRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found.user} is {role.label.lower()} now.")
    return redirect("accounts:members", team=team)


@require_POST
def remove(request: TeamRequest, team: str, member: int) -> HttpResponse:
    """Take a member out; members may take themselves out."""
    found = _member_or_404(request, member)
    leaving = found.pk == request.membership.pk
    try:
        services.leave_or_remove(member=found, by=request.membership)
    except services.MembershipRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:members", team=team)
    messages.success(request, f"{found.user} is no longer in {request.team.name}.")
    if leaving:
        return redirect("home")
    return redirect("accounts:members", team=team)


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
@needs(Role.ADMIN, "read the audit log")
def audit(request: TeamRequest, team: str) -> HttpResponse:
    """Show what was done in the team."""
    page = pages.audit_page(request.membership)
    return render_page(request, "accounts/audit.html", page)


def _member_or_404(request: TeamRequest, member: int) -> Membership:
    found = selectors.member(request.team, member)
    if found is None:
        raise Http404
    return found
