"""How do models come into a draft, and out of it?"""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.catalog.endpoint_keys import save_endpoint
from advisor.projects import selectors, services
from advisor.projects.forms import AddEndpointForm, AddLocalForm, AddRecordedForm
from advisor.projects.models import Setup, Upload
from advisor.projects.pages.candidate_step import AddPanel, candidates_page
from advisor.projects.pages.wizard import step_url
from advisor.projects.views.finding import draft_or_404
from advisor.web.rendering import render_page

TITLES = {
    "local": ("A model that runs here", "Measured on this machine, without network."),
    "recorded": ("Recorded answers", "Production logs or another tool's results."),
    "endpoint": ("An endpoint", "Any server that speaks the OpenAI protocol."),
}
NOT_ENOUGH = "Add at least one candidate under test."


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "set up projects")
def candidates(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show step 4, or go on once somebody is under test."""
    draft = draft_or_404(request, project)
    error = ""
    if request.method == "POST":
        if draft.document.get("candidates"):
            services.save_draft(setup=draft, document=draft.document, step=5)
            return redirect(step_url(draft, "review"))
        error = NOT_ENOUGH
    page = candidates_page(draft, _panels(draft), error)
    status = 422 if error else 200
    return render_page(request, "projects/candidates.html", page, status=status)


@require_POST
@needs(Role.EDITOR, "set up projects")
def add(request: TeamRequest, team: str, project: str, kind: str) -> HttpResponse:
    """Add a model of one kind to the draft."""
    draft = draft_or_404(request, project)
    form = _form(draft, kind, request.POST, request.FILES)
    if not form.is_valid():
        page = candidates_page(draft, _panels(draft, kind, form))
        return render_page(request, "projects/candidates.html", page, status=422)
    entry = _entry(request, kind, form)
    role = form.cleaned_data["role"]
    services.add_model(setup=draft, entry=entry, role=role)
    return redirect(step_url(draft, "candidates"))


@require_POST
@needs(Role.EDITOR, "set up projects")
def remove(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Take a model out of the draft."""
    draft = draft_or_404(request, project)
    services.remove_model(setup=draft, key=request.POST.get("id", ""))
    return redirect(step_url(draft, "candidates"))


def _panels(
    draft: Setup, kind: str = "", bound: forms.Form | None = None
) -> list[AddPanel]:
    return [
        AddPanel(
            kind=name,
            title=title,
            hint=hint,
            form=bound if name == kind and bound else _form(draft, name),
            is_open=name == kind,
        )
        for name, (title, hint) in TITLES.items()
    ]


def _form(draft: Setup, kind: str, data: Any = None, files: Any = None) -> forms.Form:
    """Return the form of one kind; bound forms know which names are taken."""
    prefix = f"{kind}-fields"
    if kind == "local":
        models = selectors.local_models(draft.project.team)
        form: Any = AddLocalForm(data, models=models, auto_id=f"{prefix}-%s")
    elif kind == "recorded":
        form = AddRecordedForm(data, files, auto_id=f"{prefix}-%s")
    else:
        form = AddEndpointForm(data, auto_id=f"{prefix}-%s")
        form.allowed = tuple(settings.ALLOWED_PRIVATE_ENDPOINTS)
    form.taken = selectors.model_ids(draft)
    return form  # type: ignore[no-any-return]


def _entry(request: TeamRequest, kind: str, form: Any) -> dict[str, Any]:
    """Return the candidate as stored; its file or address becomes a row first."""
    values = form.cleaned_data
    if kind == "local":
        return form.entry()  # type: ignore[no-any-return]
    if kind == "recorded":
        upload = services.store_upload(
            team=request.team,
            kind=Upload.Kind.RECORDED,
            name=form.files["file"].name,
            content=values["file"],
            uploaded_by=request.user,
        )
        return {"id": values["id"], "engine": "recorded", "upload": upload.pk}
    endpoint = save_endpoint(
        team=request.team,
        name=values["id"],
        base_url=values["base_url"],
        model=values["model"],
        key=values["key"],
        input_per_1m=values["input_per_1m"],
        output_per_1m=values["output_per_1m"],
    )
    return {"id": values["id"], "engine": "openai", "endpoint": endpoint.pk}
