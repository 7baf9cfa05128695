"""How does a draft become a run in the browser?"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services as projects
from advisor.projects.forms import ReviewForm
from advisor.projects.pages.header import project_url
from advisor.projects.pages.review_step import review_page, words_of
from advisor.projects.schema import SetupInvalid
from advisor.projects.views.finding import draft_or_404
from advisor.runs.services import LaunchRefused, freeze_and_launch
from advisor.web.rendering import render_page


@require_POST
@needs(Role.EDITOR, "launch runs")
def launch(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Freeze the draft and open a run of it; say everything that is in the way."""
    draft = draft_or_404(request, project)
    form = ReviewForm(request.POST)
    problems: list[str] = []
    if form.is_valid():
        document = form.into(draft.document)
        projects.save_draft(setup=draft, document=document, step=5)
        try:
            run = freeze_and_launch(setup=draft, started_by=request.user)
        except SetupInvalid as invalid:
            problems = words_of(invalid)
        except LaunchRefused as refused:
            problems = list(refused.problems)
        else:
            return redirect(project_url(draft.project, f"runs/{run.number}/"))
    page = review_page(draft, form, problems)
    return render_page(request, "projects/review.html", page, status=422)
