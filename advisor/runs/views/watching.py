"""How does a member watch and steer a run?"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role, Team
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.runs import pages, services
from advisor.runs.forms import CapForm
from advisor.runs.models import Run
from advisor.runs.selectors import run_at
from advisor.runs.selectors.finding import state_of_run
from advisor.runs.selectors.progress import FINAL
from advisor.runs.services.remembering import remember
from advisor.web.kept import Kept
from advisor.web.rendering import render_page

# However many pages watch a run, its rows are read this often; where that takes long,
# at most a sixteenth of the time goes into it.
FRESH_SECONDS, LONGEST_SECONDS, SHARE = 1.5, 20.0, 16


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run as it stood a moment ago; ``until`` is when it is looked at again."""

    html: str
    seen: str
    final: bool
    until: float


FRAGMENTS: Kept[Fragment] = Kept(64)
LOOKING: Kept[Lock] = Kept(256)
STEPS: dict[str, Callable[..., Run]] = {
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
    "retry": services.retry_failed,
    "others": services.run_others,
}


def state_or_404(
    team: Team, project: str, number: int
) -> tuple[int, datetime, int, str]:
    """Return key, launch, generation and state of a run: all a poll needs at first."""
    found = state_of_run(team, project, number)
    if found is None:
        raise Http404
    return found


def _run_or_404(request: TeamRequest, project: str, number: int) -> Run:
    try:
        return run_at(request.team, project, number)
    except Run.DoesNotExist as missing:
        raise Http404 from missing


@require_safe
def runs(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """List the runs of a project."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    page = pages.runs_page(found, request.membership)
    return render_page(request, "runs/runs.html", page)


@require_safe
def run(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show a run as it stands; works without JavaScript by reloading."""
    try:
        page = pages.page_at(request.membership, project, number)
    except Run.DoesNotExist as missing:
        raise Http404 from missing
    return render_page(request, "runs/run.html", page)


@require_safe
def status(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Answer the poll of a run's page; 286 tells htmx that nothing more will change.

    204 leaves the page as it is. A run that was paused or goes on has other buttons, so
    its page is loaded again.
    """
    key = state_or_404(request.team, project, number)
    state = key[-1]
    if state not in FINAL and request.GET.get("state", state) != state:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    fragment = _recent(key, lambda: _fragment(request, project, number))
    if fragment.final:
        return HttpResponse(fragment.html, status=286)
    if request.GET.get("seen") == fragment.seen:
        return HttpResponse(status=204)
    return HttpResponse(fragment.html)


def _recent(key: Hashable, make: Callable[[], Fragment]) -> Fragment:
    """Return how a run stood a moment ago; one request looks, the others do not wait.

    They are shown what was seen before; only at first there is nothing to show.
    """
    found, looking = FRAGMENTS.find(key), LOOKING.get(key, Lock)
    if found is not None and time.monotonic() < found.until:
        return found
    if not looking.acquire(blocking=found is None) and found is not None:
        return found
    try:
        seen = FRAGMENTS.find(key)
        if seen is None or seen is found:
            seen = make()
            FRAGMENTS.put(key, seen)
        return seen
    finally:
        looking.release()


def _fragment(request: TeamRequest, project: str, number: int) -> Fragment:
    """Return what the run's page shows now, the same for every member who watches."""
    began = time.monotonic()
    page = pages.run_page(_run_or_404(request, project, number), request.membership)
    html = render_to_string("runs/_status.html", {"page": page})
    now = time.monotonic()
    fresh = min(LONGEST_SECONDS, max(FRESH_SECONDS, SHARE * (now - began)))
    return Fragment(html, page.seen, page.final, until=now + fresh)


@require_POST
@needs(Role.EDITOR, "steer runs")
def step(
    request: TeamRequest, team: str, project: str, number: int, verb: str
) -> HttpResponse:
    """Pause, resume, cancel, retry what failed, or run the others too."""
    found = _run_or_404(request, project, number)
    try:
        STEPS[verb](run=found)
    except services.RunRefused as refusal:
        messages.error(request, str(refusal))
    else:
        remember(run=found, by=request.user, verb=verb)
    return redirect(project_url(found.project, f"runs/{number}/"))


@require_POST
@needs(Role.EDITOR, "raise a run's cap")
def raise_cap(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Set a new cap; a run that stopped at the old one goes on."""
    found = _run_or_404(request, project, number)
    form = CapForm(request.POST)
    if form.is_valid():
        try:
            services.raise_cap(run=found, cap_usd=form.cleaned_data["cap_usd"])
        except services.RunRefused as refusal:
            form.add_error("cap_usd", str(refusal))
    if not form.errors:
        remember(run=found, by=request.user, verb="raise_cap")
        return redirect(project_url(found.project, f"runs/{number}/"))
    page = pages.run_page(found, request.membership, form)
    return render_page(request, "runs/run.html", page, status=422)
