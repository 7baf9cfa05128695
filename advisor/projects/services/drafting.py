"""How does a project get a draft, and what is typed into it?"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from advisor.accounts.models import Team, User
from advisor.projects import selectors
from advisor.projects.models import Project, SampleSet, Setup
from advisor.web.plain import visible

MOST_TYPED = 100_000  # characters of one field
HELD = ("document", "step", "confirmations", "typed", "sample_set")
UNREAD = object()


class DraftFrozen(ValidationError):
    """A draft that a launch has frozen meanwhile: only a new one may be written."""


@transaction.atomic
def create_project(*, team: Team, name: str, created_by: User | None) -> Project:
    """Open a project with an empty draft; names are unique in the team."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    name = _free_name(team, name)
    project = Project.objects.create(
        team=team, name=name, slug=_free_slug(team, name), created_by=created_by
    )
    Setup.objects.create(project=project, version=1, created_by=created_by)
    return project


@transaction.atomic
def open_draft(*, project: Project, opened_by: User | None) -> Setup:
    """Return the draft; without one, a new version that starts from the last."""
    draft = next_draft(project)
    if draft._state.adding:
        # Of two who open one at once, the second finds the first one's.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        draft = next_draft(project)
    if draft._state.adding:
        draft.created_by = opened_by
        draft.save()
    return draft


def next_draft(project: Project) -> Setup:
    """Return the draft, or the one that would be opened; nothing is stored."""
    existing = selectors.draft_of(project)
    if existing:
        existing.project = project
        return existing
    last = selectors.latest_setup(project)
    return Setup(
        project=project,
        version=(last.version if last else 0) + 1,
        step=last.step if last else 1,
        document=last.document if last else {},
        sample_set=last.sample_set if last else None,
        updated_at=last.updated_at if last else timezone.now(),
    )


@transaction.atomic
def rename_project(*, project: Project, name: str) -> Project:
    """Give a project another name; its address stays."""
    if name != project.name:
        Team.objects.select_for_update(no_key=True).get(pk=project.team_id)
        project.name = _free_name(project.team, name)
        project.save(update_fields=("name",))
    return project


def unsaved_draft(team: Team) -> Setup:
    """Return what a wizard shows before its project exists; nothing is stored."""
    project = Project(team=team, slug="new", name="New project")
    return Setup(project=project, version=1, updated_at=timezone.now())


@transaction.atomic
def save_draft(
    *,
    setup: Setup,
    document: Mapping[str, Any],
    step: int,
    sample_set: SampleSet | None = None,
    confirmed: str = "",
) -> Setup:
    """Store what was confirmed so far; ``step`` never goes back.

    ``confirmed`` names the wizard's step whose form it came from: what was typed there
    and not confirmed is forgotten; "all" is a document that was brought whole. What
    somebody else stored since ``setup`` was read stays: only what differs from that
    reading is written.
    """
    read = setup.document
    hold_draft(setup)
    whole = confirmed == "all"
    changed = document if whole else _changed(setup.document, read, document)
    setup.document = dict(changed)
    setup.step = max(setup.step, step)
    setup.typed = {
        name: typed
        for name, typed in setup.typed.items()
        if confirmed not in (name, "all")
    }
    setup.confirmations += bool(confirmed)
    if sample_set is not None:
        setup.sample_set = sample_set
    setup.save(update_fields=(*HELD, "updated_at"))
    return setup


def hold_draft(setup: Setup) -> Setup:
    """Lock a draft and read again what may have changed; call it in a transaction.

    Raises:
        DraftFrozen: A launch has frozen it meanwhile.
    """
    rows = Setup.objects.select_for_update()
    setup.refresh_from_db(from_queryset=rows, fields=("state", *HELD))
    _refuse_frozen(setup)
    return setup


def _changed(
    stored: Mapping[str, Any], read: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is stored with the keys in which ``wanted`` differs from ``read``."""
    kept = {key: stored[key] for key in stored if key in wanted or key not in read}
    new = {key: wanted[key] for key in wanted if wanted[key] != read.get(key, UNREAD)}
    return {**kept, **new}


@transaction.atomic
def keep_typed(*, setup: Setup, step: str, typed: Mapping[str, list[str]]) -> Setup:
    """Keep what stands in the fields of a step as it is, valid or not.

    It decides nothing: the document changes only when the step is confirmed. What was
    typed in other steps stays.
    """
    confirmations = setup.confirmations
    hold_draft(setup)
    if setup.confirmations != confirmations:
        # A step that is confirmed meanwhile is not half way again.
        return setup
    kept = {
        _storable(name[:80]): [_storable(one[:MOST_TYPED]) for one in all_]
        for name, all_ in typed.items()
    }
    setup.typed = {**setup.typed, step: kept}
    setup.save(update_fields=("typed", "updated_at"))
    return setup


@transaction.atomic
def go_on_typing(*, setup: Setup, before: Setup) -> Setup:
    """Put into a draft what was in the draft that became another version.

    What was typed and not confirmed, and a file that is being read, come along.
    """
    samples = before.sample_set
    save_draft(setup=setup, document=before.document, step=1, sample_set=samples)
    for step, fields in before.typed.items():
        keep_typed(setup=setup, step=step, typed=fields)
    before.intakes.update(setup=setup)
    return setup


def _storable(text: str) -> str:
    """Return a text without NUL, which PostgreSQL stores nowhere."""
    return text.replace("\0", "")


def ground_of(setup: Setup) -> str:
    """Name what a form was filled from: a short hash of the stored document.

    Confirming a step gives another name even where it changes nothing.
    """
    text = json.dumps([setup.confirmations, setup.document], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def without_consent(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose consents are to be given anew: what is sent changed."""
    gone = ("consent", "consent_personal_data")
    return {key: value for key, value in document.items() if key not in gone}


def _refuse_frozen(setup: Setup) -> None:
    if setup.state != Setup.State.DRAFT:
        raise DraftFrozen(
            f"Version {setup.version} is frozen. Open a new draft to change it."
        )


@transaction.atomic
def move_limits(*, setup: Setup, limits: Mapping[str, float | None]) -> Setup:
    """Set limits of a draft by constraint name, keeping their levels; None removes."""
    hold_draft(setup)
    constraints = dict(setup.document.get("constraints") or {})
    for name, limit in limits.items():
        before = constraints.pop(name, None)
        if limit is not None:
            kept = isinstance(before, Mapping) and "level" in before
            constraints[name] = {**before, "limit": limit} if kept else limit
    document = {**setup.document, "constraints": constraints}
    return save_draft(setup=setup, document=document, step=2, confirmed="constraints")


def _free_name(team: Team, name: str) -> str:
    """Return the name with single spaces, or say what is wrong with it."""
    name = " ".join(name.split())
    if not 3 <= len(name) <= 80:
        raise ValidationError(
            {"name": f"Use 3 to 80 characters for the name; this has {len(name)}."}
        )
    if visible(name) != name:
        raise ValidationError({"name": f"The name holds hidden signs: {visible(name)}"})
    if selectors.project_by_name(team, name):
        raise ValidationError(
            {"name": f"Another project is called {name}. Choose a different name."}
        )
    return name


def _free_slug(team: Team, name: str) -> str:
    """Return a slug for ``name`` that no other project of the team has."""
    base = slugify(name)[:80] or "project"
    taken = set(
        Project.objects.filter(team=team, slug__startswith=base).values_list(
            "slug", flat=True
        )
    )
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)
