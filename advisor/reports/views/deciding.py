"""How is a recommendation accepted, rejected, and taken back?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects.pages.header import project_url
from advisor.reports.forms import DecisionForm, usual_day
from advisor.reports.models import DecisionRecord
from advisor.reports.pages.deciding import accept_page, seen_number
from advisor.reports.selectors import Result, choice_of, standing_record
from advisor.reports.services import deciding
from advisor.reports.services.deciding import DecisionRefused, Signature
from advisor.reports.views.finding import result_or_404
from advisor.web.rendering import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "accept recommendations")
def accept(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Ask whether to accept or reject; POST signs."""
    result = result_or_404(request, project, number)
    if choice_of(result.document) is None:
        raise Http404
    form = _form(request, result)
    if form.is_valid() and _signed(request, result, form):
        return redirect(project_url(result.run.project, f"runs/{number}/report/"))
    page = accept_page(result, form)
    status = 422 if form.is_bound else 200
    return render_page(request, "reports/accept.html", page, status=status)


@require_POST
@needs(Role.EDITOR, "take decisions back")
def undo(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Take one's own signature back within ten minutes."""
    result = result_or_404(request, project, number)
    record = standing_record(result.run)
    if record is None:
        raise Http404
    try:
        deciding.take_back(record=record, by=request.membership)
    except DecisionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{record.name} is proposed again.")
    return redirect(project_url(result.run.project, f"runs/{number}/report/"))


def _form(request: TeamRequest, result: Result) -> DecisionForm:
    """Return what was typed, or the form filled with what is usual."""
    if request.method == "POST":
        return DecisionForm(request.POST)
    initial = {
        "name": request.user.name,
        "role": str(result.setup.get("owner") or ""),
        "revisit_by": usual_day(),
        "seen": seen_number(standing_record(result.run)),
    }
    return DecisionForm(initial=initial)


def _signed(request: TeamRequest, result: Result, form: DecisionForm) -> bool:
    """Sign what was typed; a refusal stands in the form."""
    given = form.cleaned_data
    signature = Signature(
        verdict=DecisionRecord.Verdict(given["verdict"]),
        reason=given["reason"],
        name=given["name"],
        role=given["role"],
        revisit_by=given["revisit_by"],
    )
    try:
        record = deciding.sign(
            run=result.run,
            signature=signature,
            by=request.membership,
            seen=given["seen"],
        )
    except DecisionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    told = str(record.get_verdict_display()).lower()
    messages.success(request, f"Recommendation {told} as {record.name}.")
    return True
