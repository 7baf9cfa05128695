"""How do models come into a draft, and out of it?"""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.catalog.pages.options import card_choices
from advisor.projects import selectors, services
from advisor.projects.forms import (
    AddEndpointForm,
    AddLocalForm,
    AddRecordedForm,
    AddStoredEndpointForm,
)
from advisor.projects.forms.candidates import local_entry
from advisor.projects.models import Setup, Upload
from advisor.projects.pages import options
from advisor.projects.pages.candidate_step import AddPanel, candidates_page
from advisor.projects.pages.memory import longest_input
from advisor.projects.pages.offered import offered_models
from advisor.projects.pages.wizard import step_url
from advisor.projects.views.finding import draft_or_404, writes_draft
from advisor.web.rendering import render_page

TITLES = {
    "local": ("A model that runs here", "Measured on this machine, without network."),
    "recorded": ("Recorded answers", "Production logs or another tool's results."),
    "stored": ("An endpoint of your team", "Added before; its key is stored already."),
    "endpoint": ("A new endpoint", "Any server that speaks the OpenAI protocol."),
}
NOT_ENOUGH = "Add at least one candidate under test."


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "set up projects")
@writes_draft
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
@writes_draft
def add(request: TeamRequest, team: str, project: str, kind: str) -> HttpResponse:
    """Add a model of one kind to the draft."""
    draft = draft_or_404(request, project)
    form = _form(draft, kind, request.POST, request.FILES)
    if not (form.is_valid() and _added(request, draft, kind, form)):
        page = candidates_page(draft, _panels(draft, kind, form))
        return render_page(request, "projects/candidates.html", page, status=422)
    return redirect(step_url(draft, "candidates"))


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def several(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Put several models that run here under test; what does not fit is left."""
    draft = draft_or_404(request, project)
    _add_several(request, draft)
    return redirect(step_url(draft, "candidates"))


@transaction.atomic
def _add_several(request: TeamRequest, draft: Setup) -> None:
    offered = {one.model: one for one in offered_models(draft, longest_input(draft))}
    chosen = [offered[one] for one in request.POST.getlist("models") if one in offered]
    for one in chosen:
        entry = local_entry(one.name, one.model)
        # What a second click finds there is not added twice.
        services.hold_draft(draft)
        if one.fits and entry["id"] not in selectors.model_ids(draft):
            services.add_model(setup=draft, entry=entry, role="candidate")


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def remove(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Take a model out of the draft."""
    draft = draft_or_404(request, project)
    services.remove_model(setup=draft, key=request.POST.get("id", ""))
    return redirect(step_url(draft, "candidates"))


def _panels(
    draft: Setup, kind: str = "", bound: forms.Form | None = None
) -> list[AddPanel]:
    has_endpoints = draft.project.team.endpoints.exists()
    return [
        AddPanel(
            kind=name,
            title=title,
            hint=hint,
            form=bound if name == kind and bound else _form(draft, name),
            is_open=name == kind,
        )
        for name, (title, hint) in TITLES.items()
        if has_endpoints or name != "stored"
    ]


def _form(draft: Setup, kind: str, data: Any = None, files: Any = None) -> Any:
    """Return the form of one kind; it knows which names are taken."""
    team, auto_id = draft.project.team, f"{kind}-fields-%s"
    form: Any
    if kind == "local":
        models = selectors.local_models(team)
        form = AddLocalForm(data, models=models, auto_id=auto_id)
    elif kind == "stored":
        known = options.endpoints(team)
        form = AddStoredEndpointForm(data, endpoints=known, auto_id=auto_id)
    elif kind == "recorded":
        cards = card_choices(team)
        form = AddRecordedForm(data, files, cards=cards, auto_id=auto_id)
    else:
        form = AddEndpointForm(data, cards=card_choices(team), auto_id=auto_id)
        form.allowed = tuple(settings.ALLOWED_PRIVATE_ENDPOINTS)
        form.endpoints = set(team.endpoints.values_list("slug", flat=True))
    form.taken = selectors.model_ids(draft)
    form.listed = draft.document.get("candidates") or ()
    return form


def _added(request: TeamRequest, draft: Setup, kind: str, form: Any) -> bool:
    """Put a model into the draft; its file or address becomes a row first.

    False where there is no room for it, or its name is taken now: the form says so.
    """
    try:
        entry = _stored(request, kind, form)
        role = form.cleaned_data["role"]
        services.add_model(setup=draft, entry=entry, role=role)
    except services.DraftFrozen:
        raise
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _stored(request: TeamRequest, kind: str, form: Any) -> dict[str, Any]:
    if kind == "recorded":
        upload = services.store_upload(
            team=request.team,
            kind=Upload.Kind.RECORDED,
            name=form.files["file"].name,
            content=form.cleaned_data["file"],
            uploaded_by=request.user,
        )
        entry = form.entry(upload.pk)
    elif kind == "endpoint":
        entry = services.open_endpoint(by=request.membership, values=form.cleaned_data)
    else:
        entry = form.entry()
    return dict(entry)
