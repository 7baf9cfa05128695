"""How does a program launch a run, watch it and steer it?"""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Body, Header, Router
from ninja.responses import Status
from pydantic import Field

from advisor.api import schemas
from advisor.api.door import READ, RUN, ApiRequest, Caller, project_of, run_of
from advisor.api.problems import NotYet
from advisor.api.standing import run_line, run_standing
from advisor.projects.models import Project, Setup
from advisor.projects.services import check_again
from advisor.runs import services
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of
from advisor.runs.services.remembering import remember

router = Router(tags=["Runs"])
PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 422})
RUN_OUT = {200: schemas.RunOut, PROBLEMS: schemas.ProblemDetails}
ONE = "/projects/{slug}/runs/{number}"
STEPS: dict[str, Callable[..., Run]] = {
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
    "retry": services.retry_failed,
}
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")]


@router.get(
    "/projects/{slug}/runs",
    auth=READ,
    response={200: schemas.RunList, PROBLEMS: schemas.ProblemDetails},
)
def list_runs(request: ApiRequest, slug: str) -> dict[str, list[dict[str, Any]]]:
    """List the runs of a project, newest first. Scope read."""
    found = runs_of(project_of(request, slug))
    return {"items": [run_line(one) for one in found]}


@router.post(
    "/projects/{slug}/runs",
    auth=RUN,
    response={
        200: schemas.RunOut,
        201: schemas.RunOut,
        PROBLEMS: schemas.ProblemDetails,
    },
)
def launch(
    request: ApiRequest,
    slug: str,
    response: HttpResponse,
    launch: Body[schemas.NewRun | None] = None,
    idempotency_key: Header[Key | None] = None,
) -> Status[dict[str, Any]]:
    """Launch a run of a frozen setup, the newest one unless a version is named.

    The same `Idempotency-Key` again returns the run that it opened, with 200. Scope
    run.
    """
    caller, wanted = request.auth, launch or schemas.NewRun()
    project, key = project_of(request, slug), idempotency_key or ""
    again = _opened(caller, key)
    run = services.launch(
        setup=_wanted_setup(project, wanted.setup, again),
        started_by=caller.user,
        idempotency_key=key,
        cap_usd=wanted.cap_usd,
    )
    response.headers["Location"] = f"{request.path}/{run.number}"
    return Status(201 if again is None else 200, run_standing(run))


@router.get(ONE, auth=READ, response=RUN_OUT)
def read_run(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Tell where a run stands: progress, spend, failures. Scope read."""
    return run_standing(run_of(request, slug, number))


@router.post(f"{ONE}/pause", auth=RUN, response=RUN_OUT)
def pause(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Hold a run: what was sent is stored, nothing new is sent. Scope run."""
    return _step(request, "pause", run_of(request, slug, number))


@router.post(f"{ONE}/resume", auth=RUN, response=RUN_OUT)
def resume(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Go on with a paused run. Scope run."""
    return _step(request, "resume", run_of(request, slug, number))


@router.post(f"{ONE}/cancel", auth=RUN, response=RUN_OUT)
def cancel(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Stop a run; what is finished is kept. Scope run."""
    return _step(request, "cancel", run_of(request, slug, number))


@router.post(f"{ONE}/retry", auth=RUN, response=RUN_OUT)
def retry(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Try again what failed or was skipped. Scope run."""
    return _step(request, "retry", run_of(request, slug, number))


def _step(request: ApiRequest, verb: str, run: Run) -> dict[str, Any]:
    done = STEPS[verb](run=run)
    remember(run=run, by=request.auth.user, verb=verb)
    return run_standing(done)


def _opened(caller: Caller, key: str) -> Run | None:
    """Return the run that a key opened before; None for none and without a key."""
    if not key:
        return None
    return Run.objects.filter(team=caller.team, idempotency_key=key).first()


def _wanted_setup(project: Project, version: int | None, again: Run | None) -> Setup:
    """Return the setup to launch: asked again, that of the run that was opened.

    The newest one may be another by then.
    """
    if again is not None and version is None and again.project_id == project.pk:
        return again.setup
    found = _frozen(project, version)
    if again is None:
        check_again(found)
    return found


def _frozen(project: Project, version: int | None) -> Setup:
    found = project.setups.filter(state=Setup.State.FROZEN)
    if version is not None:
        found = found.filter(version=version)
    newest = found.order_by("-version").first()
    if newest is None:
        raise NotYet("There is no such frozen setup. Put a draft and freeze it first.")
    return newest
