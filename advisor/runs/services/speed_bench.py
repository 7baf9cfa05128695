"""What is sent in a speed phase, and what is kept of it?

Three requests to warm up, 72 one at a time, and bursts at the peak. Parts are kept as
rows once the phase is whole.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from django.conf import settings
from django.db import transaction

from advisor.engines.base import Answer, Engine, Prompt
from advisor.engines.pacing import Stop
from advisor.projects.models import Sample
from advisor.runs.models import Candidate, SpeedRecord, Trial
from advisor.runs.selectors.evidence import demand_of
from advisor.runs.services.arrivals import Timed, schedule, send_all
from advisor.runs.services.prompting import Prompting
from advisor.runs.services.speed_money import Purse
from advisor.runs.services.speed_tries import Quietly, Records
from advisor.runs.services.speed_waits import Losses, is_slowed, pause, stop_of
from advisor.runs.services.states import note
from advisor.sizing.constraints import parse
from advisor.sizing.hardware_cost import replicas_needed
from advisor.sizing.ratios import mean

WARM_UP = 3
SINGLE = 72  # the fewest that bound a 95th percentile on both sides
LOAD_OVER_SINGLE = 3
# What a phase may take of a task's time; a slice and an opening go before it.
SHARE_OF_TASK = 0.7
Phase = SpeedRecord.Phase


@dataclass(slots=True, kw_only=True)
class Bench:
    """One candidate's speed phase; its records are stored when it is whole."""

    candidate: Candidate
    engine: Engine
    ended: Callable[[], bool]
    prompts: Iterator[tuple[Sample, Prompt]]
    purse: Purse
    peak: float | None
    quietly: Quietly
    parts: dict[str, Records] = field(default_factory=dict)
    told: dict[str, object] = field(default_factory=dict)
    gone: Stop | None = None
    until: float = field(
        default_factory=lambda: (
            time.monotonic() + SHARE_OF_TASK * settings.TASK_SOFT_SECONDS
        )
    )

    @classmethod
    def of(
        cls, candidate: Candidate, engine: Engine, ended: Callable[[], bool]
    ) -> "Bench":
        """Set up the requests: the run's samples in their order, round and round."""
        manifest = candidate.run.manifest
        prompting = Prompting.of(manifest, recorded=False)
        samples = [
            trial.sample
            for trial in Trial.objects.filter(candidate=candidate, repeat=0)
            .select_related("sample")
            .order_by("position")[: SINGLE + WARM_UP]
        ]
        constraints = parse(manifest["constraints"], has_reference=True)
        return cls(
            candidate=candidate,
            engine=engine,
            ended=ended,
            prompts=cycle([(one, prompting.ask(one)) for one in samples]),
            purse=Purse.of(candidate),
            peak=demand_of(constraints).peak_requests_per_second,
            quietly=Quietly.of(candidate, engine),
        )

    def run(self) -> bool:
        """Measure everything; False when it was interrupted."""
        self.parts[Phase.WARM_UP] = self._one_by_one(Phase.WARM_UP, WARM_UP)
        self._measure_part(Phase.SINGLE, lambda: self._one_by_one(Phase.SINGLE, SINGLE))
        peak = self.peak
        if peak and self._seconds() and not self._over():
            self._measure_part(Phase.LOAD, lambda: self._under_load(peak))
        return not self._over()

    def _measure_part(self, phase: str, work: Callable[[], Records]) -> None:
        began = time.monotonic()
        latest = self._latest if phase == Phase.SINGLE else self.until

        def no_more() -> bool:
            now = time.monotonic()
            return self._no_more() or now + (now - began) > latest

        part = self.quietly.measure(work, ended=no_more)
        self.parts[phase] = part.records
        self.told[phase] = part.told()
        disturbed = bool(self.told.get("disturbed")) or part.disturbed
        self.told["disturbed"] = disturbed

    @property
    def _latest(self) -> float:
        """Return until when requests are sent alone: those of a load come after."""
        loaded = LOAD_OVER_SINGLE if self.peak else 0
        return self.until - loaded * float(settings.SPEED_SECONDS)

    def _over(self) -> bool:
        return self.gone is not None or self.purse.held or self.ended()

    def _no_more(self) -> bool:
        return self._over() or self.purse.empty

    @transaction.atomic
    def store(self) -> None:
        """Replace whatever an interrupted phase left by what was measured."""
        SpeedRecord.objects.filter(candidate=self.candidate).delete()
        SpeedRecord.objects.bulk_create(
            record for records in self.parts.values() for record in records
        )
        count = len(self.parts[Phase.SINGLE])
        over = f" Fewer than {SINGLE}: the time or the money was over."
        short = over if count < SINGLE else ""
        noisy = self.disturbed_sentence() if self.told.get("disturbed") else ""
        note(
            self.candidate.run_id,
            candidate_id=self.candidate.pk,
            kind="speed",
            level="warning" if noisy else "info",
            text=f"{self.candidate.key}: {count} requests timed one at a time."
            f"{short}{noisy}",
        )

    def disturbed_sentence(self) -> str:
        """Return what a member must know of times that were disturbed every time."""
        tries = max(one["tries"] for one in self.told.values() if isinstance(one, dict))
        again = f" in each of {tries} tries" if tries > 1 else ""
        return (
            f" Other programs disturbed it{again}: its times may be too long, so they"
            " exclude nobody."
        )

    def facts(self) -> dict[str, object]:
        """Return the candidate's facts with those of this phase and the memory now."""
        known = dict(self.candidate.facts or {})
        peaks = self.engine.facts().peak_memory_bytes, known.get("peak_memory_bytes")
        return known | {
            "speed": self.told,
            "peak_memory_bytes": max(filter(None, peaks), default=None),
        }

    def _one_by_one(self, phase: str, count: int) -> Records:
        records, losses = Records(), Losses()
        until = time.monotonic() + settings.SPEED_SECONDS
        while len(records) < count:
            if self._over() or time.monotonic() > until:
                break
            sample, prompt = next(self.prompts)
            answer = self._measure(prompt, sample)
            if answer is None:
                break
            if is_slowed(answer):
                # No time of the model's; where there is none yet, all begins later.
                waited = pause(answer, until=self._latest, ended=self._over)
                until += waited
                if waited:
                    continue
                self.gone = None if records else stop_of(answer)
                break
            records.append(self._record(phase, sample, answer, index=len(records)))
            self.gone = losses.note(answer)
        return records

    def _under_load(self, peak: float) -> Records:
        """Send the share of the peak that one replica gets.

        A machine of one's own works on one request at a time; how many replicas it
        takes follows from its measured times. A server brings its own.
        """
        own = self.candidate.engine == "transformers"
        replicas = 1
        if own:
            replicas = replicas_needed(peak, 1 / self._seconds())
            self.told["replicas"] = replicas
        records, losses = Records(), Losses()
        seed = self.candidate.run.seed
        # Between bursts the system rests, which takes time of its own.
        until = time.monotonic() + LOAD_OVER_SINGLE * settings.SPEED_SECONDS
        rate = peak / replicas
        for burst in schedule(rate, seconds=settings.SPEED_SECONDS, seed=seed):
            if self._over() or time.monotonic() > until:
                break
            chosen = [next(self.prompts) for _ in burst]
            if not self.purse.allow(chosen):
                break
            by_id = {prompt.id: sample for sample, prompt in chosen}
            prompts = [prompt for _, prompt in chosen]
            for one in send_all(burst, prompts, self.engine, one_by_one=own):
                sample = by_id[one.prompt.id]
                self.purse.settle(sample, one.answer)
                self.gone = self.gone or losses.note(one.answer, loaded=True)
                records.append(self._timed(one, sample, index=len(records)))
        return records

    def _timed(self, timed: Timed, sample: Sample, *, index: int) -> SpeedRecord:
        record = self._record(Phase.LOAD, sample, timed.answer, index=index)
        record.burst = timed.arrival.burst
        for name in ("total_ms", "ttft_ms"):
            found = getattr(record, name)
            if found is not None:
                setattr(record, name, found + timed.waited_ms)
        return record

    def _measure(self, prompt: Prompt, sample: Sample) -> Answer | None:
        """Return the timed answer; None when the cap allows no further call."""
        if not self.purse.allow([(sample, prompt)]):
            return None
        answer = self.engine.measure(prompt)
        self.purse.settle(sample, answer)
        return answer

    def _record(
        self, phase: str, sample: Sample, answer: Answer, *, index: int
    ) -> SpeedRecord:
        timing, failure = answer.timing, answer.failure
        timed = timing if failure is None else None
        # A speed is told from tokens that somebody counted, not from an estimate.
        counted = answer.tokens_origin != "estimated"
        return SpeedRecord(
            candidate=self.candidate,
            phase=phase,
            index=index,
            sample=sample,
            total_ms=timed.total_ms if timed else None,
            ttft_ms=timed.ttft_ms if timed else None,
            completion_tokens=answer.completion_tokens if counted else None,
            failure_code=failure.code[:60] if failure else "",
        )

    def _seconds(self) -> float:
        """Return the mean seconds of a request sent alone, 0 when none was answered.

        At its upper end: a peak is held against the least that the replicas carry.
        """
        single = self.parts.get(Phase.SINGLE, [])
        found = mean([one.total_ms / 1000 for one in single if one.total_ms])
        return 0.0 if found is None else found.high or found.value
