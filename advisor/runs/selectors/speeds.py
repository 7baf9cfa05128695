"""How fast was a model in earlier runs? For estimates made before anything is spent.

Wall time of a candidate by its answers, loading and the speed phase included: what a
run takes, not what an answer takes.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q

from advisor.accounts.models import Team
from advisor.runs.models import Candidate
from advisor.sizing.measurement import Figure

LOOKED_AT = 5  # runs
FEWEST = 10  # answers; fewer are all loading


def seconds_per_answer(team: Team, entry: Mapping[str, Any]) -> Figure | None:
    """Return the seconds of one answer of a model in the team's last runs of it.

    ``entry`` is a candidate of a setup's document. The interval holds the runs looked
    at, ``n`` counts them; None where the model was never run to its end. Named by the
    settings (``RUN_SPEEDS``), since setups know no runs.
    """
    same = Q(engine=entry.get("engine"), state=Candidate.State.DONE)
    if entry.get("endpoint"):
        same &= Q(endpoint_id=entry["endpoint"])
    else:
        same &= Q(spec__model=entry.get("model"))
        same &= Q(spec__precision=entry.get("precision"))
    asked = Q(trials__answer__isnull=False, trials__answer__cached=False)
    found = (
        Candidate.objects.filter(same, run__team=team, finished_at__isnull=False)
        .exclude(started_at=None)
        .annotate(answers=Count("trials", filter=asked))
        .filter(answers__gte=FEWEST)
        .order_by("-pk")[:LOOKED_AT]
    )
    seconds = [
        (one.finished_at - one.started_at).total_seconds() / one.answers
        for one in found
        if one.finished_at and one.started_at
    ]
    if not seconds:
        return None
    return Figure(
        sum(seconds) / len(seconds),
        min(seconds),
        max(seconds),
        n=len(seconds),
        origin="measured",
        note="wall time by answers",
    )
