"""How fast is a candidate? One unit of work under the candidate's own lease.

Warm-up apart, then one request at a time, then, where the project states a peak, an
open loop at the peak's share of one replica. One worker measures a candidate; if it
dies, the next one starts the phase afresh.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from django.conf import settings
from django.db import transaction

from advisor.engines.base import Answer, Engine, Prompt
from advisor.projects.models import Sample
from advisor.runs.models import Candidate, SpeedRecord, Trial
from advisor.runs.selectors.evidence import demand_of
from advisor.runs.services.arrivals import Timed, at_once, in_line, schedule
from advisor.runs.services.claiming import claim_unit, free_unit
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.prompting import Prompting
from advisor.runs.services.quiet import Noise, Watch, look
from advisor.runs.services.speed_money import Purse
from advisor.runs.services.states import move_candidate, note
from advisor.sizing.constraints import parse
from advisor.sizing.hardware_cost import replicas_needed

WARM_UP = 3
SINGLE = 72  # the fewest that bound a 95th percentile on both sides
LOAD_OVER_SINGLE = 3
Phase = SpeedRecord.Phase


def measure_speed(
    candidate: Candidate, engine: Engine, *, stopping: Callable[[], bool]
) -> bool:
    """Measure a candidate and end it; False when another worker does, or ours ends."""
    token = claim_unit(candidate)
    if token is None:
        return False
    with Keeper() as keeper, keeper.hold(token):

        def ended() -> bool:
            return stopping() or not keeper.tick()

        bench = Bench.of(candidate, engine, ended)
        whole = bench.run()
        if whole and not keeper.lost.is_set():
            bench.store()
            move_candidate(
                candidate,
                to=Candidate.State.DONE,
                sources=(Candidate.State.SPEED,),
                facts=bench.facts(),
            )
    free_unit(candidate, token)
    return whole


@dataclass(slots=True, kw_only=True)
class Bench:
    """One candidate's speed phase; its records are stored when it is whole."""

    candidate: Candidate
    engine: Engine
    ended: Callable[[], bool]
    prompts: Iterator[tuple[Sample, Prompt]]
    purse: Purse
    peak: float | None
    records: list[SpeedRecord] = field(default_factory=list)
    told: dict[str, object] = field(default_factory=dict)

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
        )

    def run(self) -> bool:
        """Measure everything; False when it was interrupted."""
        before = look()
        self._one_by_one(Phase.WARM_UP, WARM_UP)
        watch = Watch()
        self._one_by_one(Phase.SINGLE, SINGLE)
        self._flag(Phase.SINGLE, before, watch.noise())
        if self.peak and self._seconds() and not self.ended():
            watch = Watch()
            self._under_load(self.peak)
            self._flag(Phase.LOAD, before, watch.noise())
        return not self.ended()

    @transaction.atomic
    def store(self) -> None:
        """Replace whatever an interrupted phase left by what was measured."""
        SpeedRecord.objects.filter(candidate=self.candidate).delete()
        SpeedRecord.objects.bulk_create(self.records)
        count = len(self._of(Phase.SINGLE))
        over = f" Fewer than {SINGLE}: the time or the money was over."
        short = over if count < SINGLE else ""
        noisy = " Other programs disturbed it." if self.told.get("disturbed") else ""
        note(
            self.candidate.run_id,
            candidate_id=self.candidate.pk,
            kind="speed",
            level="warning" if noisy else "info",
            text=f"{self.candidate.key}: {count} requests timed one at a time."
            f"{short}{noisy}",
        )

    def facts(self) -> dict[str, object]:
        """Return the candidate's facts with those of this phase and the memory now."""
        peak = self.engine.facts().peak_memory_bytes
        known = dict(self.candidate.facts or {})
        return known | {
            "speed": self.told,
            "peak_memory_bytes": peak or known.get("peak_memory_bytes"),
        }

    def _one_by_one(self, phase: str, count: int) -> None:
        until = time.monotonic() + settings.SPEED_SECONDS
        for _ in range(count):
            if self.ended() or time.monotonic() > until:
                return
            sample, prompt = next(self.prompts)
            answer = self._measure(prompt, sample)
            if answer is None:
                return
            self._record(phase, sample, answer, waited_ms=0.0)

    def _under_load(self, peak: float) -> None:
        """Send the share of the peak that one replica gets.

        A machine of one's own works on one request at a time; how many replicas it
        takes follows from its measured times. A server brings its own.
        """
        own = self.candidate.engine == "transformers"
        replicas = 1
        if own:
            replicas = replicas_needed(peak, 1 / self._seconds())
            self.told["replicas"] = replicas
        rate = peak / replicas
        seed = self.candidate.run.seed
        send = in_line if own else at_once
        # Between bursts the system rests, which takes time of its own.
        until = time.monotonic() + LOAD_OVER_SINGLE * settings.SPEED_SECONDS
        for burst in schedule(rate, seconds=settings.SPEED_SECONDS, seed=seed):
            if self.ended() or time.monotonic() > until:
                return
            chosen = [next(self.prompts) for _ in burst]
            by_id = {prompt.id: sample for sample, prompt in chosen}
            allowed = self.purse.allow(chosen)
            if not allowed:
                return
            timed = send(burst, [prompt for _, prompt in chosen], self.engine.measure)
            for one in timed:
                self._take(one, by_id[one.prompt.id])

    def _take(self, timed: Timed, sample: Sample) -> None:
        self.purse.settle(sample, timed.answer)
        self._record(
            Phase.LOAD,
            sample,
            timed.answer,
            waited_ms=timed.waited_ms,
            burst=timed.arrival.burst,
        )

    def _measure(self, prompt: Prompt, sample: Sample) -> Answer | None:
        """Return the timed answer; None when the cap allows no further call."""
        if not self.purse.allow([(sample, prompt)]):
            return None
        answer = self.engine.measure(prompt)
        self.purse.settle(sample, answer)
        return answer

    def _record(
        self,
        phase: str,
        sample: Sample,
        answer: Answer,
        *,
        waited_ms: float,
        burst: int | None = None,
    ) -> None:
        timing, failure = answer.timing, answer.failure
        first = None if timing is None else timing.ttft_ms
        timed = timing is not None and failure is None
        self.records.append(
            SpeedRecord(
                candidate=self.candidate,
                phase=phase,
                index=len(self._of(phase)),
                burst=burst,
                sample=sample,
                total_ms=timing.total_ms + waited_ms if timing and timed else None,
                ttft_ms=None if first is None or not timed else first + waited_ms,
                completion_tokens=answer.completion_tokens,
                failure_code=failure.code[:60] if failure else "",
            )
        )

    def _of(self, phase: str) -> list[SpeedRecord]:
        return [one for one in self.records if one.phase == phase]

    def _seconds(self) -> float:
        """Return the mean seconds of a request sent alone; 0 when none was answered."""
        times = [one.total_ms for one in self._of(Phase.SINGLE) if one.total_ms]
        return sum(times) / len(times) / 1000 if times else 0.0

    def _flag(self, phase: str, before: Noise, during: Noise) -> None:
        disturbed = before.disturbed or during.disturbed
        for one in self._of(phase):
            one.disturbed = disturbed
        self.told[phase] = {
            "load_average": during.load_average,
            "others_before": before.others,
            "others_during": during.others,
        }
        self.told["disturbed"] = bool(self.told.get("disturbed")) or disturbed
