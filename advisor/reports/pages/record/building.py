"""How does a finished run become its decision record? Comparison, signature, state."""

from django.utils import timezone

from advisor.projects.forms.goal import HARMS
from advisor.reports.models import DecisionRecord
from advisor.reports.pages.comparison import Comparison, comparison_of
from advisor.reports.pages.pictures import limit_of
from advisor.reports.pages.record.consequences import consequences_of
from advisor.reports.pages.record.figures import figures_of
from advisor.reports.pages.record.value import Asked, Record, Signature
from advisor.reports.selectors import (
    Result,
    changes_since,
    choice_of,
    moved_on,
    overdue,
    standing_record,
)
from advisor.sizing import formats
from advisor.web.parts import Fact, Notice, Verdict

PROPOSED = Verdict("quiet", "draft", "Proposed")
SIGNED = {
    DecisionRecord.Verdict.ACCEPTED: Verdict("pass", "seal", "Accepted"),
    DecisionRecord.Verdict.REJECTED: Verdict("fail", "fail", "Rejected"),
}
HIDDEN_WHEN_SHARED = frozenset({"Hosts contacted"})


def record_of(
    result: Result,
    comparison: Comparison | None = None,
    *,
    shared: bool = False,
    samples: tuple[Asked, ...] = (),
) -> Record:
    """Return the decision record of a finished run as it stands now.

    A ``shared`` record names no member, no host and no sample.
    """
    run, setup = result.run, result.setup
    comparison = comparison or comparison_of(result)
    row = standing_record(run)
    finished = timezone.localtime(run.finished_at or run.created_at)
    signed = row.signed_at if row is not None and row.signed_at else finished
    day = f"{signed:%-d %B %Y}"
    name, status = row.name if row else "", status_of(row)
    return Record(
        name=name,
        heading=f"Decision record {name}" if name else "Decision record",
        status=status,
        title=f"Right-sized model for {run.project.name}",
        team=run.team.name,
        project=run.project.name,
        run_number=run.number,
        day=day,
        meta=_meta(row, status, day, str(setup.get("owner") or "")),
        comparison=comparison,
        notices=(*state_notices(result, row), *comparison.notices),
        context=_context(result),
        options_intro=_options_intro(result, comparison),
        figures=figures_of(comparison),
        consequences=consequences_of(result, comparison),
        method=_method(comparison, shared=shared),
        signature=_signature(row, shared=shared),
        samples=() if shared else samples,
        document=_document(result, shared=shared),
        stamp=signed.isoformat(),
    )


def status_of(row: DecisionRecord | None) -> Verdict:
    """Return where a record stands, in the words of the house."""
    if row is None or row.signed_at is None:
        return PROPOSED
    if row.superseded_by is not None:
        return Verdict("quiet", "skip", f"Superseded by {row.superseded_by.name}")
    return SIGNED[DecisionRecord.Verdict(row.verdict)]


def state_notices(result: Result, row: DecisionRecord | None) -> tuple[Notice, ...]:
    """Return what makes the recommendation out of date, one notice each."""
    run = result.run
    changed = changes_since(run.team, [run]).get(run.pk, ())
    sentences = [one.sentence for one in changed]
    late = overdue(row)
    aged = tuple(
        Notice(kind="warn", icon="redo", title="Re-run needed.", text=one)
        for one in (*sentences, *([late] if late else []))
    )
    other = moved_on(row, choice_of(result.document))
    if not other:
        return aged
    title = "Signed on another answer."
    return (Notice(kind="warn", icon="redo", title=title, text=other), *aged)


def _meta(
    row: DecisionRecord | None, status: Verdict, day: str, owner: str
) -> tuple[tuple[str, str], ...]:
    meta = [("Status", status.text), ("Date", day)]
    if owner:
        meta.append(("Owner", owner))
    if row is not None and row.revisit_by is not None:
        meta.append(("Revisit by", f"{row.revisit_by:%-d %B %Y}"))
    return tuple(meta)


def _signature(row: DecisionRecord | None, *, shared: bool) -> Signature | None:
    if row is None or row.signed_at is None or row.revisit_by is None:
        return None
    return Signature(
        verdict=str(row.get_verdict_display()),
        model=row.model,
        name="" if shared else row.signer_name,
        role=row.signer_role,
        when=f"{row.signed_at:%-d %B %Y, %H:%M} UTC",
        revisit_by=f"{row.revisit_by:%-d %B %Y}",
        reason=row.reason,
    )


def _context(result: Result) -> tuple[str, ...]:
    """Return the goal in the user's words, and what is asked of the answer."""
    goal = str(result.setup.get("goal") or "")
    limits, told = result.constraints, []
    volume = limit_of(limits.get("monthly_requests"))
    peak = limit_of(limits.get("peak_requests_per_second"))
    if volume:
        load = f", at most {formats.rate(peak)}" if peak else ""
        told.append(f"{formats.count(volume, 'request')} a month{load}.")
    chosen = dict(HARMS).get(str(result.setup.get("wrong_answer") or ""), "")
    harm = chosen.partition("\n")[0]
    if harm:
        told.append(f"If an answer is wrong, {harm[0].lower()}{harm[1:]}.")
    return tuple(text for text in (goal, " ".join(told)) if text)


def _options_intro(result: Result, comparison: Comparison) -> str:
    found = [one for one in result.findings if one["role"] == "candidate"]
    run = sum(one["quality"] is not None for one in found)
    count = result.run.manifest["samples"]["count"]
    were = "was" if run == 1 else "were"
    intro = (
        f"{formats.count(len(found), 'candidate')}: {run} {were} run on up to"
        f" {formats.count(count, 'sample')}."
    )
    return f"{intro} {comparison.trade_off.summary}"


def _method(comparison: Comparison, *, shared: bool) -> tuple[Fact, ...]:
    facts = (*comparison.method, *comparison.provenance)
    return tuple(
        one for one in facts if not shared or one.term not in HIDDEN_WHEN_SHARED
    )


def _document(result: Result, *, shared: bool) -> dict[str, object]:
    document = dict(result.document)
    if shared:
        proof = dict(document["provenance"])
        proof.pop("hosts_contacted", None)
        document["provenance"] = proof
    return document
