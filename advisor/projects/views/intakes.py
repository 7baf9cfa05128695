"""What may be done with a file and the samples that came of it?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import selectors, services
from advisor.projects.forms import SplitForm
from advisor.projects.models import Intake
from advisor.projects.pages.sample_parts import waiting_of
from advisor.projects.pages.sample_problems import problem_rows
from advisor.projects.pages.wizard import step_url
from advisor.projects.views.finding import draft_or_404, writes_draft
from advisor.projects.views.samples import show
from advisor.web.csv_file import csv_answer
from advisor.web.rendering import render_page


@require_safe
@needs(Role.EDITOR, "set up projects")
def progress(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Answer the poll of a file that is read; at its end the page is loaded anew."""
    draft = draft_or_404(request, project)
    base = step_url(draft, "samples")
    page = waiting_of(selectors.intake_of(draft), base)
    if page is None:
        return HttpResponse(status=286, headers={"HX-Redirect": base})
    return render_page(request, "projects/_waiting.html", page)


@require_safe
@needs(Role.EDITOR, "set up projects")
def problems(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Download everything that is wrong with the file."""
    draft = draft_or_404(request, project)
    intake = get_object_or_404(Intake, setup_id=draft.pk)
    return csv_answer("problems.csv", problem_rows(intake))


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def drop(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Forget a file that is being read or was refused."""
    draft = draft_or_404(request, project)
    services.drop_intake(setup=draft)
    return redirect(step_url(draft, "samples"))


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def mask(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Take what looks like personal data or a key out of the samples."""
    draft = draft_or_404(request, project)
    services.mask_samples(setup=draft)
    return redirect(step_url(draft, "samples"))


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def split(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Keep a share of the samples for tuning."""
    draft = draft_or_404(request, project)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return show(request, draft, 422, split=form)
    services.set_tuning_share(setup=draft, share=form.share())
    return redirect(f"{step_url(draft, 'samples')}#preview-h")
