"""How do a team's owners and admins look after its members?"""

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
from advisor.accounts.forms import DeleteTeamForm, InviteForm, RoleForm, TwoStepForm
from advisor.accounts.models import Membership, Role
from advisor.accounts.pages.members import Undo
from advisor.web.parts import Link
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
UNDO = "undo_role"  # in the session until the members page is shown


@require_safe
def members(request: TeamRequest, team: str) -> HttpResponse:
    """Show members and, to those who manage them, open invitations."""
    form = InviteForm(own_role=request.membership.role)
    changed = request.session.pop(UNDO, None)
    undo = Undo(**changed) if changed else None
    page = pages.members_page(request.membership, form, undo=undo)
    return render_page(request, "accounts/members.html", page)


@read_or_post
@needs(Role.ADMIN, "invite people")
def invite(request: TeamRequest, team: str) -> HttpResponse:
    """Invite one or more addresses; their links are shown this once."""
    if request.method != "POST":
        return redirect(f"/t/{team}/settings/members/#invitations")
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
    """Give a member another role; the next page offers to take it back."""
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
        request.session[UNDO] = {"member": found.pk, "role": found.role}
        told = f"{found.user} is {role.label.lower()} now."
        messages.success(request, told, extra_tags="undo")
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


@require_POST
@needs(Role.ADMIN, "demand two-step sign-in")
def two_step(request: TeamRequest, team: str) -> HttpResponse:
    """Open the team only to members with two-step sign-in, or to all again."""
    form = TwoStepForm(request.POST)
    demanded = form.is_valid() and form.cleaned_data["demanded"]
    try:
        services.demand_two_step(by=request.membership, demanded=demanded)
    except services.TwoStepRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("mfa_index")
    told = "is demanded of all members" if demanded else "is up to each member"
    messages.success(request, f"Two-step sign-in {told} now.")
    return redirect("accounts:members", team=team)


@read_or_post
@needs(Role.OWNER, "delete the team")
def delete(request: TeamRequest, team: str) -> HttpResponse:
    """Ask for the team's name; delete the team when it is typed."""
    form = DeleteTeamForm(request.POST or None)
    if form.is_valid():
        try:
            services.delete_team(
                by=request.membership, typed_name=form.cleaned_data["name"]
            )
        except services.DeletionRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{request.team.name} is deleted.")
            return redirect("home")
    page = pages.delete_team_page(request.membership, form)
    status = 422 if form.errors else 200
    return render_page(request, "accounts/team_delete.html", page, status=status)


def _member_or_404(request: TeamRequest, member: int) -> Membership:
    found = selectors.member(request.team, member)
    if found is None:
        raise Http404
    return found
