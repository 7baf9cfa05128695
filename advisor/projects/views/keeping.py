"""How is what was typed kept before it is confirmed? As it is, step by step."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Membership, Role
from advisor.projects import services
from advisor.projects.facts import UseCase
from advisor.projects.models import Setup
from advisor.projects.views.finding import draft_or_404, writes_draft

NOT_KEPT = ("csrfmiddlewaretoken", "key", "then")
NEW = "new_project"


def fields_of(posted: QueryDict) -> dict[str, list[str]]:
    """Return what stands in the fields of a form, without what is secret."""
    return {name: all_ for name, all_ in posted.lists() if name not in NOT_KEPT}


def restored(draft: Setup, step: str, initial: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows: what was typed last, else what is stored."""
    return shown(draft.typed.get(step), initial)


def shown(
    typed: Mapping[str, list[str]] | None, initial: Mapping[str, Any]
) -> dict[str, Any]:
    """Return typed values over stored ones; a list stays one where one is stored."""
    if not typed:
        return dict(initial)
    return {
        name: _value(typed.get(name), isinstance(value, list) or name in LISTS)
        for name, value in {**initial, **dict.fromkeys(typed)}.items()
    }


LISTS = ("task_kinds", "hosting", "hardware")


def _value(typed: list[str] | None, is_list: bool) -> Any:
    if typed is None:
        return [] if is_list else None
    return typed if is_list else typed[-1]


@require_POST
@needs(Role.EDITOR, "set up projects")
@writes_draft
def keep(request: TeamRequest, team: str, project: str, step: str) -> HttpResponse:
    """Keep what stands in the fields of a step; nothing is checked.

    What comes late, after the step was confirmed, is what was confirmed.
    """
    draft = draft_or_404(request, project)
    if request.GET.get("of", services.ground_of(draft)) != services.ground_of(draft):
        return HttpResponse(status=204)
    services.keep_typed(setup=draft, step=step, typed=fields_of(request.POST))
    return saved(request)


@require_POST
@needs(Role.EDITOR, "set up projects")
def keep_new(request: TeamRequest, team: str) -> HttpResponse:
    """Keep what was typed of a project that does not exist yet, for who typed it."""
    request.session[NEW] = {"team": team, "typed": fields_of(request.POST)}
    return saved(request)


def typed_new(request: TeamRequest) -> dict[str, list[str]] | None:
    """Return what this person typed of a new project of this team, None without."""
    kept = request.session.get(NEW) or {}
    return kept.get("typed") if kept.get("team") == request.team.slug else None


def forget_new(request: TeamRequest) -> None:
    """Forget what was typed of a new project: it exists now."""
    request.session.pop(NEW, None)


def start_of(chosen: UseCase | None, membership: Membership) -> dict[str, Any]:
    """Return what the goal of a new project starts from: a use case, and who asks."""
    label = Role(membership.role).label
    start: dict[str, Any] = {"owner": f"{label} of {membership.team.name}"[:60]}
    if chosen is not None:
        start |= {
            "use_case": chosen.slug,
            "goal": chosen.goal,
            "task_kinds": list(chosen.task_kinds),
            "wrong_answer": chosen.wrong_answer,
        }
    return start


def closing(
    request: TeamRequest, draft: Setup | None = None, step: str = "goal"
) -> bool:
    """Keep what stands in the fields where "Save and close" was pressed; say whether.

    Nothing is checked: it is there when the step is opened again.
    """
    if request.method != "POST" or request.POST.get("then") != "close":
        return False
    typed = fields_of(request.POST)
    if draft is None:
        request.session[NEW] = {"team": request.team.slug, "typed": typed}
    else:
        services.keep_typed(setup=draft, step=step, typed=typed)
    return True


def saved(request: HttpRequest) -> HttpResponse:
    """Answer with the time at which the draft was saved."""
    at = f"Draft saved {timezone.localtime():%H:%M}"
    return render(request, "projects/_saved.html", {"at": at})
