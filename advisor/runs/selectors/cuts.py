"""Whose prompts or answers were cut? Counted apart, since they count differently.

A prompt that the server cut is a gap. An answer that ended at the output limit is
scored as it stands: leaving it out would flatter a model that talks too long.
"""

from dataclasses import dataclass

from django.db.models import Count, Q

from advisor.runs.models import Answer, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """How many prompts and answers of one candidate were cut."""

    candidate: str
    prompts: int
    answers: int


def cuts_of(run: Run) -> tuple[Cuts, ...]:
    """Return the candidates of a run with something cut, in planned order."""
    prompts, answers = Q(input_cut=True), Q(finish="length")
    rows = (
        Answer.objects.filter(prompts | answers, trial__run=run)
        .order_by()
        .values_list("trial__candidate__key", "trial__candidate__position")
        .annotate(
            prompts=Count("pk", filter=prompts),
            answers=Count("pk", filter=answers & ~prompts),
        )
    )
    found = sorted(rows, key=lambda row: (row[1], row[0]))
    return tuple(
        Cuts(candidate=key, prompts=cut_prompts, answers=cut_answers)
        for key, _, cut_prompts, cut_answers in found
    )
