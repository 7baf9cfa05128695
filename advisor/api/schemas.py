"""What do programs send and read? One value a body; unknown keys are errors."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Dollars = Annotated[float, Field(ge=0, le=1e9)]


def _printable(text: str) -> str:
    if not text.isprintable():
        told = "holds a character that cannot be shown|Use letters, digits and signs."
        raise PydanticCustomError("setup", told)
    return text


class NewProject(Schema):
    """A project to open; names are unique in the team."""

    model_config = STRICT

    name: Annotated[str, Field(max_length=200), AfterValidator(_printable)]


class NewRun(Schema):
    """What to launch: a frozen setup, the newest one unless a version is named."""

    model_config = STRICT

    setup: Annotated[int, Field(ge=1)] | None = None
    cap_usd: Dollars | None = None


class ProblemLine(Schema):
    """One thing that is wrong: where, what was given, and the remedy."""

    path: str | None = None
    given: Any = None
    wrong: str
    remedy: str


class ProblemDetails(Schema):
    """What is wrong with a request (RFC 9457), everything at once in `errors`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[ProblemLine] | None = None


class ProjectOut(Schema):
    """One decision: which model for this job?"""

    slug: str
    name: str
    created_at: datetime


class ProjectList(Schema):
    """The team's projects, newest first."""

    items: list[ProjectOut]


class SampleSetOut(Schema):
    """A stored list of samples; a setup names it by its id."""

    id: int
    version: int
    name: str
    count: int
    sha256: str
    notes: list[str]


class SampleSetList(Schema):
    """The sample sets of a project, newest first."""

    items: list[SampleSetOut]


class RecordedOut(Schema):
    """A stored file of recorded answers; a candidate names its id as `upload`."""

    id: int
    name: str
    size: int
    sha256: str


class SetupOut(Schema):
    """One version of a setup; a frozen one never changes."""

    version: int
    state: Literal["draft", "frozen"]
    rule_sha256: str | None
    samples: int | None
    document: dict[str, Any]


class SetupList(Schema):
    """The versions of a setup, newest first."""

    items: list[SetupOut]


class FailureOut(Schema):
    """How many answers failed for one reason."""

    code: str
    kind: str
    count: int
    message: str


class CandidateOut(Schema):
    """Where one candidate of a run stands; null is not known, never zero."""

    id: str
    role: Literal["candidate", "reference"]
    engine: str
    state: str
    reason: str
    total: int
    done: int
    answers: int
    taken_over: int
    gaps: int
    cut_inputs: int
    cut_outputs: int
    answers_per_second: float | None
    seconds_left: float | None
    spend_usd: float | None
    failures: list[FailureOut]


class RunOut(Schema):
    """Where a run stands; `final` ends the polling."""

    number: int
    setup: int
    state: str
    pause_reason: str
    final: bool
    total: int
    done: int
    answers: int
    taken_over: int
    saved: int
    seconds_left: float | None
    spent_usd: float
    possibly_billed_usd: float
    cap_usd: float | None
    left_usd: float | None
    look: int
    samples_sha256: str
    rule_sha256: str
    created_at: datetime
    outcome: Literal["recommended", "none_qualifies", "undecided"] | None
    recommended: str | None
    sentence: str | None
    candidates: list[CandidateOut]


class RunLine(Schema):
    """One run in a list."""

    number: int
    setup: int
    state: str
    created_at: datetime
    outcome: Literal["recommended", "none_qualifies", "undecided"] | None
    recommended: str | None


class RunList(Schema):
    """The runs of a project, newest first."""

    items: list[RunLine]


class ReportOut(Schema):
    """Where the PDF of a run stands; `url` is there once it is ready."""

    state: Literal["not_requested", "queued", "ready", "failed"]
    error: str
    sha256: str | None
    url: str | None
