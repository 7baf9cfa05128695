"""What is a model asked? The frozen prompt, filled with one sample."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.utils.crypto import salted_hmac

from advisor.engines.base import ChooseBy, Prompt
from advisor.projects.models import Sample
from advisor.runs.services.claiming import Claim
from advisor.scoring.registry import scorer
from advisor.scoring.settling import can_settle

SLOT = "{input}"
KEY_LENGTH = 32


class SampleText(NamedTuple):
    """What a run needs of a sample: the columns of its row."""

    pk: int
    key: str
    input: str
    expected: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompting:
    """How a run asks: template, output limit, sampling and seed.

    Repeats of one sample differ by seed. A recorded file knows samples only, so there
    every repeat asks under the sample's own id.
    """

    template: str
    max_output_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...]
    recorded: bool
    choices: tuple[str, ...] = ()
    choose_by: ChooseBy = "likelihood"
    settled_by: object = None
    keyed: bool = True

    @classmethod
    def of(
        cls, manifest: Mapping[str, object], *, recorded: bool, keyed: bool = True
    ) -> "Prompting":
        """Read what is asked from a run's manifest.

        ``keyed`` gives requests a key, by which a server tells a second try.
        """
        asked = manifest["prompt"]
        if not isinstance(asked, Mapping):
            raise TypeError(f"the manifest's prompt must be a mapping, got {asked!r}")
        return cls(
            template=str(asked["template"]),
            max_output_tokens=int(asked["max_output_tokens"]),
            temperature=float(asked["temperature"]),
            seed=int(asked["seed"]),
            stop=tuple(asked["stop"]),
            recorded=recorded,
            choices=tuple(asked.get("choices") or ()),
            choose_by=asked.get("choose_by") or "likelihood",
            settled_by=_settling(manifest.get("scorer")),
            keyed=keyed,
        )

    def prompt(self, asked: Prompt, claim: Claim) -> Prompt:
        """Return what is asked for one claimed trial, keyed by trial and claim."""
        if not self.keyed:
            return asked
        name = f"{claim.trial_id}:{claim.number}:{asked.text}"
        # Keyed by this installation's secret: others count their trials from 1 as well.
        key = salted_hmac("advisor.runs.request", name, algorithm="sha256").hexdigest()
        return replace(asked, request_key=key[:KEY_LENGTH])

    def ask(self, sample: Sample | SampleText, *, repeat: int = 0) -> Prompt:
        """Return the request for one sample and repeat."""
        first = repeat == 0 or self.recorded
        return Prompt(
            id=sample.key if first else f"{sample.key}#{repeat}",
            # replace, not format: braces in a prompt are text.
            text=self.template.replace(SLOT, sample.input),
            max_output_tokens=self.max_output_tokens,
            temperature=self.temperature,
            seed=self.seed + repeat,
            stop=self.stop,
            choices=self.choices,
            choose_by=self.choose_by,
            settled_by=self.settled_by,
        )


def _settling(named: Any) -> object:
    """Return the scorer of a run where it can settle before an answer ends."""
    return named if named is not None and can_settle(scorer(named)) else None
