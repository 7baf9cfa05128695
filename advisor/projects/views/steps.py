"""How are goal and constraints typed, and where does a project begin?"""

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
from advisor.projects import services
from advisor.projects.forms import GoalForm, LimitsForm
from advisor.projects.models import Project
from advisor.projects.pages import options
from advisor.projects.pages.steps import goal_page, limits_page, limits_panel
from advisor.projects.pages.wizard import STEPS, step_url
from advisor.projects.views.finding import draft_or_404
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@needs(Role.EDITOR, "set up projects")
def new(request: TeamRequest, team: str) -> HttpResponse:
    """Ask for the goal of a new project; the project exists once that is valid."""
    form = GoalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = services.create_project(
                team=request.team,
                name=form.cleaned_data["name"],
                created_by=request.user,
            )
        except ValidationError as error:
            form.add_error("name", error.message_dict["name"])
        else:
            draft = services.open_draft(project=project, opened_by=request.user)
            services.save_draft(setup=draft, document=form.into({}), step=2)
            return redirect(step_url(draft, "constraints"))
    page = goal_page(services.unsaved_draft(request.team), form)
    status = 422 if form.errors else 200
    return render_page(request, "projects/goal.html", page, status=status)


@require_safe
@needs(Role.EDITOR, "set up projects")
def setup(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Lead to the step that the draft has reached."""
    draft = draft_or_404(request, project)
    return redirect(step_url(draft, STEPS[min(draft.step, len(STEPS)) - 1][0]))


@read_or_post
@needs(Role.EDITOR, "set up projects")
def goal(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show or store step 1."""
    draft = draft_or_404(request, project)
    initial = GoalForm.initial_from(draft.document, draft.project.name)
    form = GoalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_project(
                project=draft.project, name=form.cleaned_data["name"]
            )
        except ValidationError as error:
            form.add_error("name", error.message_dict["name"])
        else:
            services.save_draft(setup=draft, document=form.into(draft.document), step=2)
            return redirect(step_url(draft, "constraints"))
    status = 422 if form.errors else 200
    page = goal_page(draft, form)
    return render_page(request, "projects/goal.html", page, status=status)


@read_or_post
@needs(Role.EDITOR, "set up projects")
def limits(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show or store step 2."""
    draft = draft_or_404(request, project)
    machines = options.machines(request.team)
    initial = LimitsForm.initial_from(draft.document)
    form = LimitsForm(request.POST or None, initial=initial, machines=machines)
    if request.method == "POST" and form.is_valid():
        services.save_draft(setup=draft, document=form.into(draft.document), step=3)
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
    panel = limits_panel(form.into(draft.document), request.team)
    return render(request, "components/panel.html", {"panel": panel, "id": "effect-h"})
