"""What does a teacher say that lies elsewhere: a recorded file, or an endpoint?

Only tuning samples are sent, and no sample is asked about twice, whatever became of
the first call.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from advisor.adaptations.models import Adaptation
from advisor.adaptations.services.candidates import Entry
from advisor.adaptations.services.errors import TeacherStopped
from advisor.adaptations.services.material import SLOT
from advisor.adaptations.services.paying import price_of_teacher, reserve, settle
from advisor.catalog.endpoint_keys import host_port, open_key
from advisor.catalog.models import Endpoint
from advisor.engines.base import Answer, Engine, EngineError, EngineSpec, Prompt
from advisor.engines.loading import open_engine
from advisor.engines.recorded import parse_recorded
from advisor.projects.models import Sample, Setup, Upload
from advisor.projects.selectors import endpoint_of, tuning_samples
from advisor.runs.services.specs import spec_of
from advisor.web.secrets import UnsealError

AT_ONCE = 8
FAILED_IN_A_ROW = 16


def recorded_answers(setup: Setup, teacher: Entry) -> dict[int, str]:
    """Return what a recorded file says to tuning samples, by sample id."""
    team, samples = setup.project.team, setup.sample_set
    upload = Upload.objects.filter(team=team, pk=teacher.get("upload") or 0).first()
    if upload is None or samples is None:
        return {}
    rows, _ = parse_recorded(bytes(upload.content).decode("utf-8-sig"))
    # What came before an error is half an answer.
    whole = (row for row in rows if row.error is None)
    said = {row.id: row.output for row in whole if row.output}
    found = tuning_samples(samples)
    return {one.pk: said[one.key] for one in found if one.key in said}


@dataclass(slots=True, kw_only=True)
class Lessons:
    """Asks an endpoint about every tuning sample; ``goes_on`` is asked every second."""

    adaptation: Adaptation
    teacher: Entry
    goes_on: Callable[[], bool]
    failed: int = 0

    def ask(self) -> bool:
        """Ask what is left; True once every sample was asked about.

        Raises TeacherStopped where no more can be asked.
        """
        setup = self.adaptation.setup
        endpoint = endpoint_of(setup, self.teacher)
        if endpoint is None or setup.sample_set is None:
            raise TeacherStopped(
                f"The endpoint of {self.teacher['id']} is not there any more."
            )
        asked = self.adaptation.answers.values("sample")
        left = list(tuning_samples(setup.sample_set).exclude(pk__in=asked))
        if not left:
            return True
        engine = self._open(endpoint)
        try:
            for start in range(0, len(left), AT_ONCE):
                if not self._batch(engine, left[start : start + AT_ONCE]):
                    return False
        finally:
            engine.close()
        return True

    def _open(self, endpoint: Endpoint) -> Engine:
        spec = spec_of(self.teacher, self.adaptation.setup)
        own = (host_port(endpoint),) if endpoint.operator_allowed else ()
        try:
            key = ""
            if endpoint.key_sealed:
                key = open_key(endpoint, base_url=endpoint.base_url)
            engine = open_engine(
                EngineSpec(
                    engine="openai",
                    model=str(spec["model"]),
                    base_url=endpoint.base_url,
                    api_key=key,
                    chat=spec.get("chat"),
                    concurrency=AT_ONCE,
                    allowed_private=(*settings.ALLOWED_PRIVATE_ENDPOINTS, *own),
                    local_only=bool(spec["local_only"]),
                    options={"retries": {"errors": 1}},
                )
            )
            engine.open()
        except (EngineError, UnsealError) as error:
            raise TeacherStopped(str(error)) from error
        return engine

    def _batch(self, engine: Engine, samples: Sequence[Sample]) -> bool:
        """Ask about some samples and keep what is said; False when to stop."""
        prompts = {str(one.pk): self._prompt(one) for one in samples}
        price = price_of_teacher(self.adaptation.setup, self.teacher)
        reserve(self.adaptation, prompts, price)
        for answer in self._answers(engine, [*prompts.values()]):
            if answer is not None:
                settle(self.adaptation, answer, price)
                self.failed = self.failed + 1 if answer.output is None else 0
            if not self.goes_on():
                return False
        if self.failed >= FAILED_IN_A_ROW:
            raise TeacherStopped(
                f"{self.teacher['id']} gave no answer {self.failed} times in a row."
                " Test the endpoint in the team's settings."
            )
        return True

    def _prompt(self, sample: Sample) -> Prompt:
        document = self.adaptation.setup.document
        template = str(document.get("prompt") or SLOT)
        return Prompt(
            id=str(sample.pk),
            text=template.replace(SLOT, sample.input),
            max_output_tokens=int(document.get("max_output_tokens") or 256),
        )

    def _answers(
        self, engine: Engine, prompts: Sequence[Prompt]
    ) -> Iterator[Answer | None]:
        """Yield answers as they come, None every second in between."""
        said: queue.Queue[Answer | None] = queue.Queue()

        def ask() -> None:
            for answer in engine.answer(prompts):
                said.put(answer)

        thread = threading.Thread(target=ask, name="teacher", daemon=True)
        thread.start()
        for _ in prompts:
            while True:
                try:
                    yield said.get(timeout=1.0)
                    break
                except queue.Empty:
                    if not thread.is_alive() and said.empty():
                        return
                    yield None
