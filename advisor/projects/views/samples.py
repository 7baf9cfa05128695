"""How do a file's rows become the samples of a draft, and how are they scored?"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.builtin import pack_names
from advisor.projects import selectors, services
from advisor.projects.forms import FileForm, ScoringForm, SplitForm, UploadForm
from advisor.projects.forms.cells import typed_answers, typed_cells
from advisor.projects.models import Intake, Setup, Upload
from advisor.projects.pages.sample_step import samples_page
from advisor.projects.pages.wizard import step_url
from advisor.projects.parsing.corrections import merged
from advisor.projects.views.finding import draft_or_404, writes_draft
from advisor.projects.views.keeping import closing, restored
from advisor.web.rendering import render_page

PACK = "tickets"
NO_SAMPLES = "Upload a sample file first, or use the built-in samples"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "set up projects")
@writes_draft
def samples(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show step 3, or store prompt and scoring and go on."""
    draft = draft_or_404(request, project)
    initial = ScoringForm.initial_from(draft.document)
    form = ScoringForm(
        request.POST or None, initial=restored(draft, "samples", initial)
    )
    if closing(request, draft, "samples"):
        return redirect(f"/t/{request.team.slug}/")
    unscored: list[services.Unscored] = []
    if request.method == "POST" and form.is_valid():
        document = form.into(draft.document)
        services.save_draft(setup=draft, document=document, step=3, confirmed="samples")
        unscored = services.unscored(setup=draft)
        if draft.sample_set is None:
            form.add_error(None, NO_SAMPLES)
        elif not unscored:
            services.save_draft(setup=draft, document=draft.document, step=4)
            return redirect(step_url(draft, "candidates"))
    wrong = bool(form.errors or unscored)
    return show(request, draft, 422 if wrong else 200, scoring=form, unscored=unscored)


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def expected(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Put expected answers right by hand, and say what is still in the way."""
    draft = draft_or_404(request, project)
    services.correct_expected(setup=draft, texts=typed_answers(request.POST))
    left = services.unscored(setup=draft)
    if left:
        return show(request, draft, 422, unscored=left)
    messages.success(request, "Every sample can be scored now.")
    return redirect(step_url(draft, "samples"))


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def upload(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Keep a file and read it: a small one at once, a large one by a worker."""
    draft = draft_or_404(request, project)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, draft, 422, upload=form)
    file = form.cleaned_data["file"]
    try:
        stored = services.store_upload(
            team=request.team,
            kind=Upload.Kind.SAMPLES,
            name=file.name,
            content=file.read(),
            uploaded_by=request.user,
        )
    except ValidationError as refusal:
        form.add_error("file", refusal)
        return show(request, draft, 422, upload=form)
    if stored.name != file.name[-200:]:
        day = f"{stored.created_at:%-d %B}"
        messages.info(request, f"It has the content of {stored.name} of {day}.")
    return _read(request, draft, stored, name=file.name)


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def columns(request: TeamRequest, team: str, project: str, upload: int) -> HttpResponse:
    """Read a kept file again by the columns and options that were chosen."""
    draft = draft_or_404(request, project)
    kept = request.team.uploads.filter(kind=Upload.Kind.SAMPLES)
    stored = get_object_or_404(kept, pk=upload)
    intake = get_object_or_404(Intake, setup_id=draft.pk, upload=stored)
    form = file_form(intake, request.POST)
    if not form.is_valid():
        return show(request, draft, 422, file_form=form)
    return _read(
        request,
        draft,
        stored,
        name=intake.name,
        mapping=form.chosen(),
        options=form.options(),
        leave_out=bool(request.POST.get("leave_out")),
        corrections=intake.corrections,
    )


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def rows(request: TeamRequest, team: str, project: str, upload: int) -> HttpResponse:
    """Read a kept file again with the cells that were put right by hand."""
    draft = draft_or_404(request, project)
    intake = get_object_or_404(
        Intake.objects.select_related("upload"), setup_id=draft.pk, upload__pk=upload
    )
    return _read(
        request,
        draft,
        intake.upload,
        name=intake.name,
        mapping=intake.mapping,
        options=intake.options,
        leave_out=bool(request.POST.get("leave_out")),
        corrections=merged(intake.corrections, typed_cells(request.POST, intake.cells)),
    )


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def pack(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Take a sample pack that ships, with the prompt and scorer that suit it."""
    draft = draft_or_404(request, project)
    name = request.POST.get("pack", PACK)
    if name not in pack_names():
        raise Http404(f"There is no sample pack {name!r}: {', '.join(pack_names())}.")
    services.drop_intake(setup=draft)
    services.take_pack(setup=draft, name=name)
    return redirect(step_url(draft, "samples"))


def _read(
    request: TeamRequest, draft: Setup, stored: Upload, **chosen: Any
) -> HttpResponse:
    """Ask for the samples of a kept file; a small one is read before the answer."""
    share = draft.sample_set.tuning_share if draft.sample_set else 0.0
    intake: Intake | None
    intake = services.open_intake(
        setup=draft,
        upload=stored,
        requested_by=request.user,
        tuning_share=share,
        **chosen,
    )
    if services.is_small(intake):
        claimed = services.claim_intake(intake.pk)
        if claimed is not None:
            services.work_intake(claimed)
        intake = Intake.objects.filter(pk=intake.pk).first()
    # Where another file took its place meanwhile, the page shows that one.
    if intake is not None and intake.state == Intake.State.REFUSED:
        return show(request, draft, 422)
    return redirect(step_url(draft, "samples"))


def file_form(intake: Intake, data: Any = None) -> FileForm:
    """Return the form of a file's columns and options, as they were chosen last."""
    kind = intake.name.lower().rpartition(".")[2]
    options = dict(intake.options)
    if options.get("delimiter") == "\t":
        options["delimiter"] = "tab"
    mapping = intake.mapping
    if mapping is None:
        mapping = services.guessed(intake.columns)
    return FileForm(
        data,
        initial={**options, **mapping},
        columns=intake.columns,
        sheets=intake.sheets,
        kind=kind,
    )


def show(
    request: TeamRequest, draft: Setup, status: int = 200, **shown: Any
) -> HttpResponse:
    """Render step 3 with whatever was found so far."""
    intake = selectors.intake_of(draft)
    initial = restored(draft, "samples", ScoringForm.initial_from(draft.document))
    share = draft.sample_set.tuning_share if draft.sample_set else 0.0
    shown.setdefault("scoring", ScoringForm(initial=initial))
    shown.setdefault("upload", UploadForm())
    shown.setdefault("split", SplitForm(initial={"tuning": 100 * share}))
    if intake is not None and intake.state != Intake.State.WAITING:
        shown.setdefault("file_form", file_form(intake))
    page = samples_page(draft, intake=intake, query=request.GET.dict(), **shown)
    return render_page(request, "projects/samples.html", page, status=status)
