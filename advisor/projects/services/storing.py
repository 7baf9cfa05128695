"""How do files and samples come to be kept, once each?"""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.projects.models import Project, Sample, SampleSet, Upload
from advisor.projects.parsing import sha256_of_samples, split_of
from advisor.projects.parsing.contents import SampleLike
from advisor.projects.parsing.flags import flags_of, summary_of

ROWS_A_STATEMENT = 1000
MOST_AN_HOUR = 20
MOST_BYTES = 2_000_000_000  # of all files of a team


def store_upload(
    *, team: Team, kind: str, name: str, content: bytes, uploaded_by: User | None
) -> Upload:
    """Keep a file's bytes once a team; the same content again is the same upload.

    Raises:
        ValidationError: The team has no room for it, or it is one too many an hour.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if not team.uploads.filter(kind=kind, sha256=sha256).exists():
        _check_room(team, len(content))
        _check_pace(team, kind, uploaded_by)
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


def _check_room(team: Team, size: int) -> None:
    used = team.uploads.aggregate(total=Sum("size"))["total"] or 0
    if used + size > MOST_BYTES:
        left = max(0.0, MOST_BYTES - used) / 1e9
        raise ValidationError(
            f"Your team has {left:.1f} of {MOST_BYTES / 1e9:g} GB left; this file has"
            f" {size / 1e6:.1f} MB. Archive what is not needed any more, or ask your"
            " operator for room."
        )


def _check_pace(team: Team, kind: str, by: User | None) -> None:
    """Refuse more sample files of one person in an hour than anybody needs."""
    hour_ago = timezone.now() - timedelta(hours=1)
    found = team.uploads.filter(kind=Upload.Kind.SAMPLES, uploaded_by=by)
    recent = found.filter(created_at__gt=hour_ago).order_by("created_at")
    if by is None or kind != Upload.Kind.SAMPLES or recent.count() < MOST_AN_HOUR:
        return
    free = timezone.localtime(recent[0].created_at + timedelta(hours=1))
    raise ValidationError(
        f"{MOST_AN_HOUR} sample files an hour are the limit. The next is taken from"
        f" {free:%H:%M} on."
    )


@transaction.atomic
def store_samples(
    *,
    project: Project,
    name: str,
    rows: Iterable[SampleLike],
    notes: Iterable[str] = (),
    tuning_share: float = 0.0,
) -> SampleSet:
    """Keep a list of samples as a new version; an equal last version is returned.

    ``tuning_share`` is the share of units whose hash sends them to tuning. What looks
    like personal data or a key is noted here, whoever brings the samples.
    """
    listed = list(rows)
    sha256 = sha256_of_samples(listed)
    # Versions are counted: of two lists at once one waits.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    last = project.sample_sets.order_by("-version").first()
    if last and last.sha256 == sha256 and last.tuning_share == tuning_share:
        return last
    stored = SampleSet.objects.create(
        project=project,
        version=(last.version if last else 0) + 1,
        name=name[-200:],
        sha256=sha256,
        count=len(listed),
        notes=list(notes),
        tuning_share=tuning_share,
        flagged=summary_of(flags_of(listed)),
    )
    splits = split_of(listed, tuning_share)
    Sample.objects.bulk_create(
        (
            _sample(stored, position, row, split)
            for position, (row, split) in enumerate(zip(listed, splits, strict=True))
        ),
        batch_size=ROWS_A_STATEMENT,
    )
    return stored


def _sample(
    sample_set: SampleSet, position: int, row: SampleLike, split: str
) -> Sample:
    return Sample(
        sample_set=sample_set,
        key=row.id,
        position=position,
        input=row.input,
        expected=row.expected,
        group=row.group or "",
        tags=sorted(row.tags),
        split=split,
    )
