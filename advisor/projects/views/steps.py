"""How are goal and constraints typed, and where does a project begin?"""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.accounts.selectors import may
from advisor.projects import services
from advisor.projects.facts import use_case
from advisor.projects.forms import GoalForm, LimitsForm
from advisor.projects.forms.starting import with_starting_values
from advisor.projects.models import Project, Setup
from advisor.projects.pages import options
from advisor.projects.pages.header import version_link
from advisor.projects.pages.steps import goal_page, limits_page, limits_panel
from advisor.projects.pages.wizard import STEPS, step_url
from advisor.projects.views.finding import draft_or_404, writes_draft
from advisor.projects.views.keeping import (
    closing,
    forget_new,
    restored,
    shown,
    start_of,
    typed_new,
)
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@needs(Role.EDITOR, "set up projects")
def new(request: TeamRequest, team: str) -> HttpResponse:
    """Ask for the goal of a new project; the project exists once that is valid."""
    posted = request.POST or None
    chosen = use_case((posted or request.GET).get("use_case"))
    start = start_of(chosen, request.membership)
    kept = None if "use_case" in request.GET else typed_new(request)
    form = GoalForm(posted, initial=shown(kept, start))
    if closing(request):
        return redirect(f"/t/{request.team.slug}/")
    if posted and form.is_valid():
        created = _created(request, form, chosen.document() if chosen else {})
        if created is not None:
            return redirect(step_url(created, "constraints"))
    draft = services.unsaved_draft(request.team)
    draft.document = chosen.document() if chosen else {}
    page = goal_page(draft, form, chosen)
    status = 422 if form.errors else 200
    return render_page(request, "projects/goal.html", page, status=status)


def _created(
    request: TeamRequest, form: GoalForm, document: dict[str, Any]
) -> Setup | None:
    """Return the draft of the project that was made; None where its name is taken."""
    try:
        project = services.create_project(
            team=request.team,
            name=form.cleaned_data["name"],
            created_by=request.user,
        )
    except ValidationError as error:
        form.add_error("name", error.message_dict["name"])
        return None
    draft = services.open_draft(project=project, opened_by=request.user)
    services.save_draft(setup=draft, document=form.into(document), step=2)
    forget_new(request)
    return draft


@require_safe
def setup(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Lead to the step that the draft has reached; who only reads, to what ran last."""
    ran = Setup.objects.filter(
        state=Setup.State.FROZEN, project__slug=project, project__team=request.team
    )
    last = ran.select_related("project__team").order_by("-version").first()
    if last is None or may(request.membership, Role.EDITOR):
        return _reached(request, project)
    return redirect(version_link(last.project, last).url)


@needs(Role.EDITOR, "set up projects")
def _reached(request: TeamRequest, project: str) -> HttpResponse:
    draft = draft_or_404(request, project)
    return redirect(step_url(draft, STEPS[min(draft.step, len(STEPS)) - 1][0]))


@read_or_post
@needs(Role.EDITOR, "set up projects")
@writes_draft
def goal(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show or store step 1."""
    draft = draft_or_404(request, project)
    stored = GoalForm.initial_from(draft.document, draft.project.name)
    form = GoalForm(request.POST or None, initial=restored(draft, "goal", stored))
    if closing(request, draft, "goal"):
        return redirect(f"/t/{request.team.slug}/")
    if request.method == "POST" and form.is_valid():
        try:
            name = form.cleaned_data["name"]
            services.rename_project(project=draft.project, name=name)
        except ValidationError as error:
            form.add_error("name", error.message_dict["name"])
        else:
            document = form.into(draft.document)
            services.save_draft(
                setup=draft, document=document, step=2, confirmed="goal"
            )
            return redirect(step_url(draft, "constraints"))
    status = 422 if form.errors else 200
    page = goal_page(draft, form)
    return render_page(request, "projects/goal.html", page, status=status)


@read_or_post
@needs(Role.EDITOR, "set up projects")
@writes_draft
def limits(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show or store step 2; its fields start filled, and any may be emptied."""
    draft = draft_or_404(request, project)
    machines = options.machines(request.team)
    stored = LimitsForm.initial_from(draft.document)
    if draft.step <= 2:
        stored = with_starting_values(stored)
    initial = restored(draft, "constraints", stored)
    form = LimitsForm(request.POST or None, initial=initial, machines=machines)
    if closing(request, draft, "constraints"):
        return redirect(f"/t/{request.team.slug}/")
    if request.method == "POST" and form.is_valid():
        document = form.into(draft.document)
        services.save_draft(
            setup=draft, document=document, step=3, confirmed="constraints"
        )
        return redirect(step_url(draft, "samples"))
    status = 422 if form.errors else 200
    page = limits_page(draft, form)
    return render_page(request, "projects/constraints.html", page, status=status)


@require_POST
@needs(Role.EDITOR, "set up projects")
def preview(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Answer what the limits that were typed come to; nothing is stored."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    draft = services.next_draft(found)
    form = LimitsForm(request.POST, machines=options.machines(request.team))
    if not form.is_valid():
        return HttpResponse(status=204)
    document = form.into(draft.document)
    panel = limits_panel(document, request.team, draft.document)
    return render(request, "components/panel.html", {"panel": panel, "id": "effect-h"})
