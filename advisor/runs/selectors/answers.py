"""What did each model answer to a sample? Answers side by side, page by page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from advisor.projects.models import Sample
from advisor.runs.models import Answer, Run, Score, Trial
from advisor.runs.selectors.finding import candidates_of

Show = Literal["all", "worse", "failures", "different"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One answer of one candidate; ``score`` None is a gap or not answered yet.

    ``tries`` is how often it was asked for: 0 where there is no answer.
    """

    candidate: str
    role: str
    repeat: int
    state: str
    output: str
    score: float | None
    detail: str
    finish: str
    failure_code: str
    failure_message: str
    input_cut: bool
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: float | None
    cost_usd: float | None
    tries: int

    @property
    def accepted(self) -> bool:
        """Say whether the answer reached the full score."""
        return self.score == 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """One sample with every answer to it, reference first, then planned order."""

    key: str
    position: int
    input: str
    expected: object
    group: str
    tags: tuple[str, ...]
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePage:
    """One page of samples in the run's fixed order; ``number`` counts from 1."""

    samples: tuple[SampleView, ...]
    number: int
    pages: int
    total: int


def sample_page(
    run: Run,
    *,
    show: Show = "all",
    candidate: str = "",
    number: int = 1,
    size: int = 25,
) -> SamplePage:
    """Return a page of samples of a run.

    ``failures`` shows samples that a candidate (or the named one) failed or scored
    below 1; ``different`` those on which the models' scores differ; ``worse`` those on
    which the recommended model scored below the reference.
    """
    found = _shown(run, show, candidate)
    total = found.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    ids = list(found.values_list("pk", flat=True)[(number - 1) * size : number * size])
    views = views_of(run, ids)
    return SamplePage(samples=views, number=number, pages=pages, total=total)


def sample_of(run: Run, key: str) -> SampleView:
    """Return one sample with all answers; Sample.DoesNotExist for an unknown key."""
    sample = Sample.objects.get(sample_set=run.setup.sample_set_id, key=key)
    if not Trial.objects.filter(run=run, sample=sample).exists():
        raise Sample.DoesNotExist(f"Sample {key} was left out of the run.")
    return views_of(run, [sample.pk])[0]


def neighbours_of(run: Run, key: str) -> tuple[str | None, str | None]:
    """Return the keys before and after a sample in the run's fixed order."""
    keys = list(_samples(run).values_list("key", flat=True))
    place = keys.index(key)
    before = keys[place - 1] if place else None
    return before, keys[place + 1] if place + 1 < len(keys) else None


def _samples(run: Run) -> QuerySet[Sample]:
    """Return the samples of a run in its fixed order."""
    first = run.candidates.order_by("pk").values("pk")[:1]
    mine = Trial.objects.filter(run=run, candidate=first, repeat=0)
    ordered = mine.filter(sample=OuterRef("pk")).values("position")[:1]
    found = Sample.objects.filter(pk__in=mine.values("sample"))
    return found.annotate(place=ordered).order_by("place")


def _shown(run: Run, show: Show, candidate: str) -> QuerySet[Sample]:
    found = _samples(run)
    mine = Answer.objects.filter(trial__run=run, trial__sample=OuterRef("pk"))
    if show == "failures":
        missed = mine.filter(Q(score__lt=1) | ~Q(failure_code=""))
        if candidate:
            missed = missed.filter(trial__candidate__key=candidate)
        else:
            missed = missed.filter(trial__candidate__role="candidate")
        return found.filter(Exists(missed))
    if show == "worse":
        chosen = getattr(getattr(run, "recommendation", None), "recommended", "")
        first = mine.filter(trial__repeat=0)
        own = first.filter(trial__candidate__key=chosen).values("score")[:1]
        bar = first.filter(trial__candidate__role="reference").values("score")[:1]
        found = found.annotate(own=Subquery(own), bar=Subquery(bar))
        return found.filter(own__lt=F("bar"))
    if show == "different":
        scores = (
            mine.order_by()
            .values("trial__sample")
            .annotate(kinds=Count("score", distinct=True))
            .filter(kinds__gt=1)
        )
        return found.filter(Exists(scores))
    return found


def views_of(
    run: Run, sample_ids: Sequence[int], models: Sequence[str] = ()
) -> tuple[SampleView, ...]:
    """Return samples of a run with everyone's answers, in the order of the ids.

    With ``models`` only with theirs, and without what the scorer noted: for a list.
    """
    candidates = candidates_of(run)
    # Named one by one, since the index of trials goes by run, candidate and sample.
    asked = [one.pk for one in candidates if not models or one.key in models]
    trials = (
        Trial.objects.filter(run=run, candidate__in=asked, sample__in=sample_ids)
        .select_related("answer", "sample")
        .order_by("position", "repeat")
    )
    details: dict[int, str] = {}
    if not models:
        scored = Score.objects.filter(trial__run=run, trial__sample__in=sample_ids)
        details = dict(scored.values_list("trial_id", "detail"))
    by_sample: dict[int, dict[int, list[Trial]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for trial in trials:
        by_sample[trial.sample_id][trial.candidate_id].append(trial)
    return tuple(
        _sample_view(
            next(iter(by_sample[pk].values()))[0],
            tuple(
                _answer_view(trial, one.key, one.role, details.get(trial.pk, ""))
                for one in candidates
                for trial in by_sample[pk][one.pk]
            ),
        )
        for pk in sample_ids
    )


def _sample_view(trial: Trial, answers: tuple[AnswerView, ...]) -> SampleView:
    sample = trial.sample
    return SampleView(
        key=sample.key,
        position=trial.position,
        input=sample.input,
        expected=sample.expected,
        group=sample.group,
        tags=tuple(sample.tags),
        answers=answers,
    )


def _answer_view(trial: Trial, key: str, role: str, detail: str) -> AnswerView:
    answer: Answer | None = getattr(trial, "answer", None)
    return AnswerView(
        candidate=key,
        role=role,
        repeat=trial.repeat,
        state=trial.state,
        output=answer.output if answer else "",
        score=answer.score if answer else None,
        detail=detail,
        finish=answer.finish if answer else "",
        failure_code=answer.failure_code if answer else "",
        failure_message=answer.failure_message if answer else "",
        input_cut=answer.input_cut if answer else False,
        prompt_tokens=answer.prompt_tokens if answer else None,
        completion_tokens=answer.completion_tokens if answer else None,
        latency_ms=answer.latency_ms if answer else None,
        cost_usd=answer.cost_usd if answer else None,
        tries=answer.attempt_no if answer else 0,
    )
