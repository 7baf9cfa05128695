"""What does a worker do with a job? One sitting of it, in a process of its own.

The process that trains is walled in as the engine's host is: no network, no inherited
environment, dead with its parent. Here is the other side of its pipe: it notes progress
in the row, holds the lease, and kills the work when the job is cancelled, lost, or the
worker is to stop. A killed sitting goes on from its checkpoint.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import taught, work_folder
from advisor.adaptations.services.candidates import folder_of
from advisor.adaptations.services.claiming import (
    beat,
    beat_or_go_on,
    claim,
    end,
    release,
)
from advisor.adaptations.services.errors import AdaptationRefused, TeacherStopped
from advisor.adaptations.services.finishing import clear_work, finish
from advisor.adaptations.services.material import (
    Lesson,
    check_apart,
    data_sha256,
    lessons_of,
    unanswered,
)
from advisor.adaptations.services.paying import drop_reserved
from advisor.adaptations.services.teaching import Lessons, recorded_answers
from advisor.engines.host_link import HostDiedError, HostLink
from advisor.engines.process_memory import available_bytes
from advisor.projects.models import SampleSet
from advisor.tuning.order import order_of

S = Adaptation.State
HOST = "advisor.tuning.host"
SILENCE_S = 120.0
# Of the memory that is free when the work begins.
MEMORY_SHARE = 0.9
DEATHS = {
    "out_of_memory": "It ran out of memory. Use LoRA, fewer rows at once, or a smaller"
    " model.",
    "hang": "It was silent for two minutes and was stopped. Start it anew.",
}


def never() -> bool:
    """Say that nobody asked to stop."""
    return False


def work(
    pk: int, *, seconds: float | None = None, stopping: Callable[[], bool] = never
) -> bool:
    """Work one sitting on a job, of ``seconds`` at most; True where more is to do.

    Returns at once when there is nothing to do. ``stopping`` is asked every second.
    """
    adaptation = claim(pk)
    if adaptation is None:
        return False
    sitting = _Sitting(
        adaptation=adaptation,
        seconds=settings.ADAPT_SECONDS if seconds is None else seconds,
        stopping=stopping,
    )
    try:
        return sitting.work()
    except (AdaptationRefused, TeacherStopped) as refused:
        sitting.fail(str(refused))
    except HostDiedError as died:
        told = DEATHS.get(died.cause, f"It ended by itself: {died.detail}.")
        sitting.fail(told)
    except (KeyboardInterrupt, SystemExit):
        release(adaptation)
        raise
    # Anything else leaves the lease to run out: it counts as a death, so that a job
    # that always fails is given up and one that met a hitch goes on.
    return False


@dataclass(slots=True, kw_only=True)
class _Sitting:
    adaptation: Adaptation
    seconds: float
    stopping: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)
    beaten: float = 0.0

    def work(self) -> bool:
        """Ask the teacher, then train; True where another sitting is needed."""
        if not self._taught():
            return self._stop({})
        lessons = self._lessons()
        one = self.adaptation
        seen = {"data_sha256": data_sha256(lessons), "data_count": len(lessons)}
        if one.data_sha256 and one.data_sha256 != seen["data_sha256"]:
            raise AdaptationRefused(["The samples changed under the work. Start anew."])
        one.data_sha256, one.data_count = data_sha256(lessons), len(lessons)
        if not beat(one, **seen):
            return False
        return self._make(lessons)

    def fail(self, problem: str) -> None:
        """End the job with what went wrong, unless it is held no more."""
        if end(self.adaptation, S.FAILED, problem=problem[:500]):
            clear_work(self.adaptation)

    def _taught(self) -> bool:
        """Ask a teacher that lies elsewhere; False to go on in another sitting."""
        teacher = self.adaptation.teacher
        if teacher is None or teacher.get("engine") != "openai":
            return True
        if self.adaptation.data_sha256:
            return True
        beat(self.adaptation, stage="Asking the teacher")
        drop_reserved(self.adaptation)
        asked = Lessons(
            adaptation=self.adaptation, teacher=teacher, goes_on=self._goes_on
        )
        return asked.ask()

    def _goes_on(self) -> bool:
        late = time.monotonic() - self.began > self.seconds
        return not late and not self.stopping() and self._beat({})

    def _lessons(self) -> list[Lesson]:
        """Return what trains, looked at once more: nothing that judges is in it."""
        setup, teacher = self.adaptation.setup, self.adaptation.teacher
        samples = setup.sample_set
        if samples is None:
            raise AdaptationRefused(["The setup has no samples."])
        template = str(setup.document.get("prompt") or "{input}")
        lessons = _chosen(self.adaptation, samples, template, teacher)
        check_apart([one.input for one in lessons], [samples])
        return lessons

    def _make(self, lessons: list[Lesson]) -> bool:
        one, folder = self.adaptation, work_folder(self.adaptation)
        folder.mkdir(parents=True, exist_ok=True)
        teacher = one.teacher or {}
        here = teacher.get("engine") == "transformers"
        message = {
            "order": one.recipe,
            "parent": str(folder_of(one.parent)),
            "teacher": str(folder_of(teacher)) if here else None,
            "examples": [(lesson.prompt, lesson.answer) for lesson in lessons],
            "out": str(folder / f"result-{one.claims}"),
            "work": str(folder),
            "sitting_s": self.seconds,
            "budget_s": max(1.0, one.budget_s - one.spent_s),
        }
        room = available_bytes()
        link = HostLink(
            threads=order_of(one.recipe).threads,
            memory_limit_bytes=int(MEMORY_SHARE * room) if room else None,
            module=HOST,
        )
        reply: Mapping[str, Any] = {}
        try:
            for reply in link.ask(message, silence_s=SILENCE_S):
                if reply["kind"] != "progress" or self.stopping():
                    break
                if not self._beat(reply):
                    break
        finally:
            # Before anything is cleared: it must not write any more.
            link.stop(at_once=True)
        if reply.get("kind", "progress") == "progress":
            return self._stop(reply)
        return self._over(reply, lessons, Path(str(message["out"])))

    def _over(self, reply: Mapping[str, Any], lessons: list[Lesson], out: Path) -> bool:
        """Take in how a sitting ended."""
        if reply["kind"] == "failure":
            raise AdaptationRefused([str(reply["text"])])
        if reply["kind"] == "paused":
            return self._stop(reply)
        finish(
            self.adaptation,
            record={**reply["record"], "threads_of_machine": os.cpu_count()},
            out=out,
            inputs=[one.input for one in lessons],
            cost=self._cost(reply),
        )
        return False

    def _beat(self, reply: Mapping[str, Any]) -> bool:
        """Note progress and hold the lease, at most once a second."""
        if time.monotonic() - self.beaten < 1.0:
            return True
        self.beaten = time.monotonic()
        return beat_or_go_on(self.adaptation, **self._seen(reply))

    def _stop(self, reply: Mapping[str, Any]) -> bool:
        """Hand the job back for another sitting; clear up where it was cancelled."""
        one = self.adaptation
        if release(one, **self._seen(reply), **self._cost(reply)):
            return True
        if Adaptation.objects.filter(pk=one.pk, state=S.CANCELLED).exists():
            # Some calls may have been reserved after it was.
            drop_reserved(one)
            clear_work(one)
        return False

    def _seen(self, reply: Mapping[str, Any]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        if reply.get("stage"):
            seen["stage"] = str(reply["stage"])[:60]
        if reply.get("step") is not None:
            seen |= {"step": int(reply["step"]), "loss": float(reply["loss"])}
        return seen

    def _cost(self, reply: Mapping[str, Any]) -> dict[str, float]:
        """Return what all sittings cost up to now, the teacher's calls included."""
        one = self.adaptation
        return {
            "spent_s": one.spent_s + time.monotonic() - self.began,
            "cpu_s": one.cpu_s + float(reply.get("cpu_s", 0.0)),
        }


def _chosen(
    adaptation: Adaptation,
    samples: SampleSet,
    template: str,
    teacher: Mapping[str, Any] | None,
) -> list[Lesson]:
    """Return the lessons of a job by who teaches."""
    order = order_of(adaptation.recipe)
    engine = (teacher or {}).get("engine")
    if engine == "recorded" and teacher is not None:
        said = recorded_answers(adaptation.setup, teacher)
        return lessons_of(samples, template, said)
    if engine == "openai":
        answers = {one.sample_id: one.output for one in taught(adaptation)}
        return lessons_of(samples, template, answers)
    if not order.trains or (engine == "transformers" and order.by == "answers"):
        return unanswered(samples, template)
    return lessons_of(samples, template)
