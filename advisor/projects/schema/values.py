"""Which keys does a setup have, of which kind, with which default?

The models hold what was typed, checked for kind and range; ``parse`` adds what no
single key can show, such as an id given twice.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from advisor.projects.schema.kinds import (
    LoadProfile,
    Precision,
    Reference,
    Residency,
    Samples,
)
from advisor.scoring.base import Scorer
from advisor.scoring.registry import scorer
from advisor.sizing import constraints as limits
from advisor.sizing.constraints import Constraint

Hosting = Literal["device", "own_server", "private_cloud", "public_api"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Amount = Annotated[float, Field(ge=0, le=1e12)]
Tokens = Annotated[int, Field(ge=1, le=10_000_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
TaskKind = Literal[
    "classification",
    "extraction",
    "summary",
    "grounded_answers",
    "drafting",
    "translation",
    "code",
    "tool_calls",
]
CONFIG = ConfigDict(
    extra="forbid",
    frozen=True,
    strict=True,
    allow_inf_nan=False,
    hide_input_in_errors=True,
)


class PriceSpec(BaseModel):
    """What a model costs, typed by the user, in US dollars.

    Per million tokens for an endpoint, per hour of its machine for an own model.
    """

    model_config = CONFIG

    input_per_1m: Amount | None = None
    output_per_1m: Amount | None = None
    cached_input_per_1m: Amount | None = None
    per_hour: Amount | None = None


class MappingSpec(BaseModel):
    """Which column of the sample file holds what."""

    model_config = CONFIG

    input: Name | None = None
    expected: Name | None = None
    id: Name | None = None
    group: Name | None = None
    tags: Name | None = None


class CandidateSpec(BaseModel):
    """A model under test, or the reference: who answers, where, and what is known.

    ``file``, ``base_url`` and ``api_key_env`` belong to the command line; form and API
    name a stored ``upload`` or ``endpoint`` instead.
    """

    model_config = CONFIG

    id: Identifier
    engine: Literal["transformers", "openai", "recorded", "fake"]
    model: Name | None = None
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None = None
    precision: Precision | None = None
    file: Name | None = None
    upload: Reference | None = None
    base_url: Annotated[str, Field(max_length=2048)] | None = None
    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = (
        None
    )
    endpoint: Reference | None = None
    chat: bool | None = None
    threads: Annotated[int, Field(ge=1, le=256)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] | None = None
    memory_limit_bytes: Annotated[int, Field(ge=10_000_000)] | None = None
    options: dict[str, Any] | None = None
    card: Name | None = None
    price: PriceSpec | None = None
    hardware: Name | None = None
    hosting: Hosting | None = None
    licence: Name | None = None
    languages: list[Name] | None = None
    context_tokens: Tokens | None = None
    parameters: Annotated[int, Field(ge=1)] | None = None


class Setup(BaseModel):
    """What a run needs: goal, limits, samples, candidates, reference, method."""

    model_config = CONFIG

    project: Annotated[str, Field(min_length=3, max_length=80)]
    samples: Samples
    mapping: MappingSpec | None = None
    prompt: Annotated[str, Field(max_length=100_000)] = "{input}"
    scorer: Any = "exact_match"
    max_output_tokens: Annotated[int, Field(ge=1, le=32_000)] = 256
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    stop_at: Annotated[list[Name], Field(max_length=4)] = []
    choices: Annotated[list[Name], Field(min_length=2, max_length=200)] | None = None
    choose_by: Literal["likelihood", "likelihood_per_token"] | None = None
    reference: CandidateSpec | None = None
    candidates: Annotated[list[CandidateSpec], Field(min_length=1, max_length=20)]
    repeats: Annotated[int, Field(ge=1, le=100)] = 1
    accept_at: Annotated[float, Field(gt=0, le=1)] = 1.0
    constraints: dict[str, Any] = {}
    objective: Literal["cost", "size", "latency"] = "cost"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    promise: Literal["traffic", "samples"] = "traffic"
    stop: Literal["decided", "exhausted"] = "decided"
    budget_usd: Amount | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    goal: Annotated[str, Field(max_length=400)] | None = None
    owner: Annotated[str, Field(min_length=2, max_length=60)] | None = None
    task_kinds: list[TaskKind] | None = None
    wrong_answer: Literal["corrected", "rework", "harm"] | None = None
    decide_by: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    load_profile: LoadProfile | None = None
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    residency: Residency | None = None
    personal_data: Literal["none", "masked", "unmasked"] | None = None
    licence_use: Literal["commercial", "commercial_free", "research"] | None = None
    labelled_examples: Count | None = None
    unlabelled_texts: Count | None = None
    mask: bool | None = None
    consent: bool | None = None
    consent_personal_data: bool | None = None
    use_case: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")] | None = None
    tuning_share: Annotated[float, Field(ge=0, lt=1)] | None = None

    @property
    def all_candidates(self) -> tuple[CandidateSpec, ...]:
        """The candidates, and the reference after them where there is one."""
        reference = () if self.reference is None else (self.reference,)
        return (*self.candidates, *reference)

    def limits(self) -> tuple[Constraint, ...]:
        """Return the constraints as values, the default margin included."""
        has_reference = self.reference is not None
        return limits.parse(self.constraints, has_reference=has_reference)

    def scoring(self) -> Scorer:
        """Return the scorer that the setup names."""
        return scorer(self.scorer)

    def document(self) -> dict[str, Any]:
        """Return the setup as JSON values, defaults filled in, empty keys left out.

        Parsing it again gives an equal setup.
        """
        return self.model_dump(mode="json", exclude_none=True)


def placed(setup: Setup) -> Iterator[tuple[str, CandidateSpec]]:
    """Yield candidates and reference with their key paths: candidates.2, reference."""
    for position, one in enumerate(setup.candidates):
        yield f"candidates.{position}", one
    if setup.reference is not None:
        yield "reference", setup.reference
