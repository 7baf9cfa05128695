"""How does a draft become a run in the browser?"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services as projects
from advisor.projects.models import Setup
from advisor.projects.pages.estimate import estimate_of
from advisor.projects.pages.header import project_url
from advisor.projects.pages.obstacles import told, unconfirmed
from advisor.projects.pages.review_step import review_page
from advisor.projects.schema import SetupInvalid
from advisor.projects.views.finding import draft_or_404, writes_draft
from advisor.projects.views.review import review_form
from advisor.runs.models import Run
from advisor.runs.selectors import run_of_version
from advisor.runs.services import LaunchRefused, freeze_and_launch
from advisor.web.parts import Link
from advisor.web.rendering import render_page


@require_POST
@needs(Role.EDITOR, "launch runs")
@writes_draft
def launch(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Freeze the draft and open a run of it; say everything that is in the way.

    A second click on the same version leads to the run that the first one opened.
    """
    before = run_of_version(request.team, project, request.POST.get("version", ""))
    if before is not None:
        return redirect(_url(before))
    draft = draft_or_404(request, project)
    estimate = estimate_of(draft)
    form = review_form(draft, estimate, request.POST)
    obstacles: tuple[Link, ...] = unconfirmed(draft)
    if form.is_valid() and not obstacles:
        document = form.into(draft.document)
        projects.save_draft(setup=draft, document=document, step=5, confirmed="review")
        run, obstacles = _launched(request, draft)
        if run is not None:
            return redirect(_url(run))
    page = review_page(draft, form, obstacles, estimate)
    return render_page(request, "projects/review.html", page, status=422)


def _launched(
    request: TeamRequest, draft: Setup
) -> tuple[Run | None, tuple[Link, ...]]:
    """Return the run, or what is in its way."""
    try:
        return freeze_and_launch(setup=draft, started_by=request.user), ()
    except SetupInvalid as invalid:
        return None, told(draft, invalid.problems)
    except LaunchRefused as refused:
        return None, tuple(Link(one, "") for one in refused.problems)


def _url(run: Run) -> str:
    return project_url(run.project, f"runs/{run.number}/")
