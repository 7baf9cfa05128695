"""How is the last step shown? Launching itself is the runs' to do."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import selectors
from advisor.projects.forms import ReviewForm
from advisor.projects.models import Setup
from advisor.projects.pages.budget import money_of
from advisor.projects.pages.estimate import RunEstimate, estimate_of
from advisor.projects.pages.obstacles import obstacles_of
from advisor.projects.pages.review_step import review_page
from advisor.projects.views.finding import draft_or_404
from advisor.projects.views.keeping import restored
from advisor.web.rendering import render_page


@require_safe
@needs(Role.EDITOR, "set up projects")
def review(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show everything that was answered, what it will take, and what still lacks."""
    draft = draft_or_404(request, project)
    estimate = estimate_of(draft)
    form = review_form(draft, estimate)
    page = review_page(draft, form, obstacles_of(draft), estimate)
    return render_page(request, "projects/review.html", page)


def review_form(draft: Setup, estimate: RunEstimate, data: Any = None) -> ReviewForm:
    """Return the form of the last step: it knows what leaves, and what it may cost."""
    stored = draft.sample_set
    flagged = (stored.flagged or {}).get("samples", 0) if stored else 0
    initial = restored(draft, "review", ReviewForm.initial_from(draft.document))
    return ReviewForm(
        data,
        initial=initial,
        outside=selectors.outside_endpoints(draft),
        flagged=flagged,
        money=money_of(draft.project.team, estimate),
    )
