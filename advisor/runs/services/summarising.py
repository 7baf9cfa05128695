"""Who reads every answer of a finished run for its pages, and when? Once, kept."""

import json

from advisor.runs.models import Run, RunSummary
from advisor.runs.selectors import counted, summary
from advisor.runs.selectors.summary import Summary


def summary_of(run: Run) -> Summary:
    """Return what the pages of a finished run draw, made now where it is not kept.

    A page may be the first to ask: what it keeps repeats rows and decides nothing.
    """
    found = summary.kept(run)
    if found is not None and found.cuts is not None:
        return found
    if found is None:
        summarise(run)
    else:
        _count(run)
    made = summary.kept(run)
    if made is None:  # deleted again in between
        raise RunSummary.DoesNotExist(f"Run {run.number} has no summary.")
    return made


def summarise_ended(run_id: int) -> None:
    """Read every answer of a run that has just ended, so that no page has to."""
    run = Run.objects.select_related("recommendation").get(pk=run_id)
    if hasattr(run, "recommendation"):
        summary_of(run)


def summarise(run: Run) -> None:
    """Read every answer of a finished run and keep what its pages draw."""
    figures, case = summary.build(run, json.loads(run.recommendation.document))
    RunSummary.objects.update_or_create(
        run=run,
        defaults={
            "version": run.recommendation.sha256,
            "figures": figures,
            "case": case,
            "counts": counted.to_keep(run),
        },
    )


def _count(run: Run) -> None:
    """Keep the counts of a run whose summary was made before they were kept."""
    mine = RunSummary.objects.filter(run=run, version=run.recommendation.sha256)
    mine.update(counts=counted.to_keep(run))
    summary.forget(run)
