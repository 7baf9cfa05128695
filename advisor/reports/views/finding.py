"""Which finished run does an address name? Of this team, or none."""

from django.http import Http404, HttpRequest

from advisor.accounts.access import TeamRequest
from advisor.reports.selectors import Result, result_of
from advisor.reports.views.comparison import result_to_show, run_or_404


def result_or_404(request: TeamRequest, project: str, number: int) -> Result:
    """Return the result of a finished run of the team."""
    result = result_of(run_or_404(request, project, number))
    if result is None:
        raise Http404
    return result


def shown_or_404(request: TeamRequest, project: str, number: int) -> Result:
    """Return the result of a finished run of the team to show it, kept where it is."""
    result = result_to_show(request, project, number)
    if result is None:
        raise Http404
    return result


def page_number(request: HttpRequest) -> int:
    """Return the page that the address asks for; the first for anything else."""
    asked = request.GET.get("page", "1")[:9]
    return int(asked) if asked.isdecimal() else 1
