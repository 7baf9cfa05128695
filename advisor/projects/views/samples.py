"""How do a file's rows become the samples of a draft, and how are they scored?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services
from advisor.projects.forms import MappingForm, ScoringForm, UploadForm
from advisor.projects.models import Setup, Upload
from advisor.projects.pages.sample_step import samples_page
from advisor.projects.pages.wizard import step_url
from advisor.projects.parsing import guess_mapping
from advisor.projects.views.finding import draft_or_404
from advisor.web.rendering import render_page

PACK = "builtin/tickets"
NO_SAMPLES = "Upload a sample file first, or use the built-in samples"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "set up projects")
def samples(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show step 3, or store prompt and scoring and go on."""
    draft = draft_or_404(request, project)
    initial = ScoringForm.initial_from(draft.document)
    form = ScoringForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.save_draft(setup=draft, document=form.into(draft.document), step=3)
        if draft.sample_set is not None:
            services.save_draft(setup=draft, document=draft.document, step=4)
            return redirect(step_url(draft, "candidates"))
        form.add_error(None, NO_SAMPLES)
    return _show(request, draft, scoring=form, status=422 if form.errors else 200)


@require_POST
@needs(Role.EDITOR, "set up projects")
def upload(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Keep a file, read it, and take its samples where the columns are plain."""
    draft = draft_or_404(request, project)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, draft, upload=form, status=422)
    file = form.cleaned_data["file"]
    stored = services.store_upload(
        team=request.team,
        kind=Upload.Kind.SAMPLES,
        name=file.name,
        content=file.read(),
        uploaded_by=request.user,
    )
    return _take(request, draft, stored)


@require_POST
@needs(Role.EDITOR, "set up projects")
def columns(request: TeamRequest, team: str, project: str, upload: int) -> HttpResponse:
    """Take the samples of a kept file by the columns that were chosen."""
    draft = draft_or_404(request, project)
    samples = request.team.uploads.filter(kind=Upload.Kind.SAMPLES)
    stored = get_object_or_404(samples, pk=upload)
    return _take(request, draft, stored, request.POST.dict())


@require_POST
@needs(Role.EDITOR, "set up projects")
def pack(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Take the sample pack that ships, with the prompt and scorer that suit it."""
    draft = draft_or_404(request, project)
    services.take_pack(setup=draft, name=PACK)
    return redirect(step_url(draft, "samples"))


def _take(
    request: TeamRequest,
    draft: Setup,
    stored: Upload,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    """Store the samples of a kept file; show every problem where there is one."""
    reading = services.read_samples(bytes(stored.content), stored.name)
    names = reading.table.columns
    form = MappingForm(typed, initial=guess_mapping(names).as_dict(), columns=names)
    if typed is not None and form.is_valid():
        reading = services.read_samples(
            bytes(stored.content), stored.name, form.mapping()
        )
    if not reading.usable or (typed is not None and not form.is_valid()):
        shown = {"stored": stored, "mapping": form if names else None}
        return _show(request, draft, problems=reading.problems, status=422, **shown)
    services.take_samples(setup=draft, name=stored.name, reading=reading)
    return redirect(step_url(draft, "samples"))


def _show(
    request: TeamRequest, draft: Setup, *, status: int, **shown: Any
) -> HttpResponse:
    """Render step 3 with whatever was found so far."""
    initial = ScoringForm.initial_from(draft.document)
    shown.setdefault("scoring", ScoringForm(initial=initial))
    shown.setdefault("upload", UploadForm())
    page = samples_page(draft, **shown)
    return render_page(request, "projects/samples.html", page, status=status)
