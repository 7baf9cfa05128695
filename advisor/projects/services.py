"""How does a project come to a frozen setup? Writes, one verb each."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from advisor.accounts.models import Team, User
from advisor.projects import selectors
from advisor.projects.models import Project, Sample, SampleSet, Setup, Upload

ROWS_A_STATEMENT = 1000
FREEZE_REFUSED = "Only a draft can be frozen; version {version} is frozen already."


class SampleRow(Protocol):
    """One parsed sample, as the parser gives it."""

    @property
    def id(self) -> str:
        """Return the key that is unique in the file."""

    @property
    def input(self) -> str:
        """Return what the model is given."""

    @property
    def expected(self) -> object:
        """Return the expected answer, as JSON values."""

    @property
    def group(self) -> str | None:
        """Return the unit that samples share, such as one conversation."""

    @property
    def tags(self) -> Iterable[str]:
        """Return the names of the slices it belongs to."""


@transaction.atomic
def create_project(*, team: Team, name: str, created_by: User | None) -> Project:
    """Open a project with an empty draft; names are unique in the team."""
    name = " ".join(name.split())
    if not 3 <= len(name) <= 80:
        raise ValidationError(
            {"name": f"Use 3 to 80 characters for the name; this has {len(name)}."}
        )
    if selectors.project_by_name(team, name):
        raise ValidationError(
            {"name": f"Another project is called {name}. Choose a different name."}
        )
    project = Project.objects.create(
        team=team, name=name, slug=_free_slug(team, name), created_by=created_by
    )
    Setup.objects.create(project=project, version=1, created_by=created_by)
    return project


@transaction.atomic
def open_draft(*, project: Project, opened_by: User | None) -> Setup:
    """Return the draft; without one, a new version that starts from the last."""
    existing = selectors.draft_of(project)
    if existing:
        return existing
    last = selectors.latest_setup(project)
    return Setup.objects.create(
        project=project,
        version=(last.version if last else 0) + 1,
        step=last.step if last else 1,
        document=last.document if last else {},
        sample_set=last.sample_set if last else None,
        created_by=opened_by,
    )


def save_draft(
    *,
    setup: Setup,
    document: Mapping[str, Any],
    step: int,
    sample_set: SampleSet | None = None,
) -> Setup:
    """Store what was typed so far, valid or not; ``step`` never goes back."""
    if setup.state != Setup.State.DRAFT:
        raise ValidationError(FREEZE_REFUSED.format(version=setup.version))
    setup.document = dict(document)
    setup.step = max(setup.step, step)
    if sample_set is not None:
        setup.sample_set = sample_set
    setup.save(update_fields=("document", "step", "sample_set", "updated_at"))
    return setup


def store_upload(
    *, team: Team, kind: str, name: str, content: bytes, uploaded_by: User | None
) -> Upload:
    """Keep a file's bytes once a team; the same content again is the same upload."""
    sha256 = hashlib.sha256(content).hexdigest()
    upload, _ = Upload.objects.get_or_create(
        team=team,
        kind=kind,
        sha256=sha256,
        defaults={
            "name": name[-200:],
            "content": content,
            "size": len(content),
            "uploaded_by": uploaded_by,
        },
    )
    return upload


@transaction.atomic
def store_samples(
    *,
    project: Project,
    name: str,
    rows: Iterable[SampleRow],
    sha256: str,
    notes: Iterable[str] = (),
) -> SampleSet:
    """Keep a list of samples as a new version; an equal last version is returned."""
    last = project.sample_sets.order_by("-version").first()
    if last and last.sha256 == sha256:
        return last
    listed = list(rows)
    stored = SampleSet.objects.create(
        project=project,
        version=(last.version if last else 0) + 1,
        name=name[-200:],
        sha256=sha256,
        count=len(listed),
        notes=list(notes),
    )
    Sample.objects.bulk_create(
        (_sample(stored, position, row) for position, row in enumerate(listed)),
        batch_size=ROWS_A_STATEMENT,
    )
    return stored


@transaction.atomic
def freeze(*, setup: Setup, document: Mapping[str, Any], rule_sha256: str) -> Setup:
    """Fix the draft for good; the caller has validated ``document``."""
    frozen = Setup.objects.filter(pk=setup.pk, state=Setup.State.DRAFT).update(
        state=Setup.State.FROZEN,
        document=dict(document),
        rule_sha256=rule_sha256,
        step=5,
        frozen_at=timezone.now(),
    )
    if not frozen:
        raise ValidationError(FREEZE_REFUSED.format(version=setup.version))
    setup.refresh_from_db()
    return setup


def _sample(sample_set: SampleSet, position: int, row: SampleRow) -> Sample:
    return Sample(
        sample_set=sample_set,
        key=row.id,
        position=position,
        input=row.input,
        expected=row.expected,
        group=row.group or "",
        tags=sorted(row.tags),
    )


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
