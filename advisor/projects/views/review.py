"""How is the last step shown? Launching itself is the runs' to do."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import selectors
from advisor.projects.forms import ReviewForm
from advisor.projects.pages.obstacles import obstacles_of
from advisor.projects.pages.review_step import review_page
from advisor.projects.views.finding import draft_or_404
from advisor.web.rendering import render_page


@require_safe
@needs(Role.EDITOR, "set up projects")
def review(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show everything that was answered, and what still lacks."""
    draft = draft_or_404(request, project)
    outside = selectors.outside_endpoints(draft)
    initial = ReviewForm.initial_from(draft.document)
    form = ReviewForm(initial=initial, outside=outside)
    page = review_page(draft, form, obstacles_of(draft))
    return render_page(request, "projects/review.html", page)
