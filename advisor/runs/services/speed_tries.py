"""Was a part of the speed phase disturbed, and is it measured again?

A disturbed part is measured again, a bounded number of times; the least disturbed try
is kept and stays flagged where none was quiet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from django.conf import settings

from advisor.engines.base import Engine
from advisor.engines.punctuality import OpenLoop
from advisor.runs.models import Candidate, SpeedRecord
from advisor.runs.services.quiet import Noise, Watch, listeners, wait_for_quiet

Records = list[SpeedRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part as it was measured, and what the machine did before and meanwhile."""

    records: Records
    before: Noise
    during: Noise
    tries: int
    disturbed: bool

    def told(self) -> dict[str, object]:
        """Return what the candidate's facts tell of this part."""
        return {
            "load_average": self.during.load_average,
            "others_before": self.before.others,
            "others_during": self.during.others,
            "late_ms": self.during.late_ms,
            "tries": self.tries,
            "disturbed": self.disturbed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Quietly:
    """Measures parts of one candidate's speed phase while the machine is quiet.

    A model of this machine wants it ``alone``; of an endpoint the server, where it runs
    here, is no disturbance, and this process has to be on time.
    """

    engine: Engine
    alone: bool
    serving: frozenset[int]

    @classmethod
    def of(cls, candidate: Candidate, engine: Engine) -> "Quietly":
        """Find out what belongs to the measurement of a candidate."""
        alone = candidate.engine != "openai"
        host, _, port = str(engine.facts().host or "").rpartition(":")
        serving = listeners(host.strip("[]"), int(port)) if port.isdigit() else ()
        return cls(engine=engine, alone=alone, serving=frozenset(serving))

    def measure(
        self, work: Callable[[], Records], *, ended: Callable[[], bool]
    ) -> Part:
        """Do the work until it was not disturbed, ``SPEED_REPEATS`` times more at most.

        ``ended`` says that there is no time or money for another try.
        """
        kept: Part | None = None
        for number in range(1, 2 + settings.SPEED_REPEATS):
            part = self._once(work, number)
            if kept is None or not part.disturbed or _louder(kept, part):
                kept = part
            if not part.disturbed or ended():
                break
        assert kept is not None  # noqa: S101
        return replace(kept, tries=number)

    def _once(self, work: Callable[[], Records], number: int) -> Part:
        before = wait_for_quiet(
            settings.QUIET_SECONDS, serving=self.serving, alone=self.alone
        )
        self._late()
        watch = Watch(self.serving)
        records = work()
        during = watch.noise(self._late())
        part = Part(
            records=records,
            before=before,
            during=during,
            tries=number,
            disturbed=self._disturbed(before, during, records),
        )
        for record in records:
            record.disturbed = part.disturbed
        return part

    def _disturbed(self, before: Noise, during: Noise, records: Records) -> bool:
        if self.alone:
            return before.disturbed or during.disturbed
        times = [one.ttft_ms or one.total_ms for one in records]
        known = [time for time in times if time]
        return during.starved(median(known) if known else 0.0)

    def _late(self) -> Sequence[float]:
        """Return how late the engine was since it was asked last."""
        return self.engine.lateness_ms() if isinstance(self.engine, OpenLoop) else ()


def _louder(kept: Part, part: Part) -> bool:
    return (kept.during.others or 0.0) > (part.during.others or 0.0)
