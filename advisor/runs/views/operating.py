"""How does an operator see what stands still?"""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import SignedInRequest
from advisor.runs.pages.operating import work_page
from advisor.web.rendering import render_page


@require_safe
@login_required
def work(request: SignedInRequest) -> HttpResponse:
    """Show every live run of the installation; only for operators."""
    if not request.user.is_staff:
        raise PermissionDenied("Only operators of this installation see all its runs.")
    return render_page(request, "runs/work.html", work_page())
