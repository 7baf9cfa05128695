"""Which files were made of a run's record, and does one fit its present state?"""

import json
from collections.abc import Collection
from hashlib import sha256

from django.db.models import QuerySet

from advisor.reports.models import Export
from advisor.reports.selectors.records import standing_record
from advisor.reports.selectors.staleness import changes_since, overdue
from advisor.runs.models import Run

PAPERS = ("a4", "us-letter")
APPENDIX, SHARED = "samples", "shared"
# The sheets behind the first, which a paper may go without.
SHEETS = ("options", "evidence", "consequences")


def exports_of(run: Run) -> QuerySet[Export]:
    """Return the files of a run without their content, newest first."""
    return run.exports.defer("content").select_related("requested_by").order_by("-pk")


def state_of(run: Run) -> str:
    """Return the hash of all that a run's record says today and may say otherwise soon.

    The recommendation, the signature, what changed since: with another of them the
    same export would have another content.
    """
    record = standing_record(run)
    signed = record and (
        record.number,
        record.verdict,
        str(record.signed_at),
        record.superseded_by_id,
        overdue(record),
    )
    changes = changes_since(run.team, [run]).get(run.pk, ())
    said = [
        run.recommendation.sha256,
        run.project.name,
        signed,
        [one.sentence for one in changes],
    ]
    return sha256(json.dumps(said).encode()).hexdigest()


def export_for(run: Run, kind: str, options: str) -> Export | None:
    """Return the newest file of a kind and options that says what holds now."""
    found = run.exports.filter(kind=kind, options=options, made_of=state_of(run))
    return found.order_by("-pk").first()


def newest_pdf(run: Run) -> Export | None:
    """Return the team's PDF of what holds now, or one asked for that is not there.

    A finished one that says what held before is none.
    """
    found = exports_of(run).filter(kind=Export.Kind.PDF)
    found = found.exclude(options__contains=SHARED)
    newest = found.filter(made_of=state_of(run)).first() or found.first()
    outdated = newest and newest.made_of != state_of(run)
    is_ready = newest and newest.state == Export.State.READY
    return None if outdated and is_ready else newest


def newest_ready(run: Run, kind: str) -> Export | None:
    """Return the team's newest finished file of a kind that says what holds now."""
    found = run.exports.filter(
        kind=kind, state=Export.State.READY, made_of=state_of(run)
    )
    return found.exclude(options__contains=SHARED).order_by("-pk").first()


def options_of(
    paper: str,
    *,
    appendix: bool = False,
    shared: bool = False,
    left_out: Collection[str] = (),
) -> str:
    """Return paper and extras as they are stored; a shared paper is whole.

    It has no appendix, and every sheet.
    """
    chosen = paper if paper in PAPERS else PAPERS[0]
    if shared:
        return f"{chosen} {SHARED}"
    extras = [APPENDIX] if appendix else []
    extras += [f"-{name[0]}" for name in SHEETS if name in left_out]
    return " ".join([chosen, *extras])


def left_out_of(options: str) -> tuple[str, ...]:
    """Return the sheets that stored options go without."""
    extras = options.split()[1:]
    return tuple(name for name in SHEETS if f"-{name[0]}" in extras)
