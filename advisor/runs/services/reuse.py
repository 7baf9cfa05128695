"""Was this asked of this very model before? Then its answer is taken over, not paid.

Only where the model is pinned by its revision, the hash of its weights or a dated name,
and decoding gives the same answer again: greedy, or by a seed. What a server drew that
refuses a seed is stored without its key, so nobody finds it. Only within one team,
only from earlier runs, and never for a latency: an answer that is taken over has no
times.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from django.db.models import Q, QuerySet

from advisor.engines.base import Answer, EngineFacts, Finish, Prompt, TokensOrigin
from advisor.runs.models import Answer as AnswerRow
from advisor.runs.models import Candidate
from advisor.runs.services.among import Among
from advisor.runs.services.manifest import canonical

# What makes a pinned model answer differently, beside what it is asked.
SETTINGS = ("model", "base_url", "chat", "options")
# Vendors name a snapshot of a model, which stays as it is, by its day.
DATED = re.compile(r".*[-@:_]20\d\d-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Finds the earlier answers of one candidate; ``pin`` is empty for none.

    ``asked_before`` says that another run of the team asks this model as well.
    """

    team_id: int
    run_id: int
    pin: str
    asked_before: bool

    @classmethod
    def of(cls, candidate: Candidate, facts: EngineFacts) -> "Reuse":
        """Name the model by what is pinned of it; a recorded file needs no reuse."""
        known = facts.weights_sha256 or facts.revision or _snapshot(candidate)
        pin = ""
        if known and candidate.engine != "recorded":
            named = {key: candidate.spec.get(key) for key in SETTINGS}
            named |= {"engine": candidate.engine, "pin": known}
            # The same weights answer otherwise under another tokenizer or template.
            named |= {"settings": facts.settings_sha256}
            # A precision that was left open is settled anew on each machine.
            named |= {"revision": facts.revision, "precision": facts.precision}
            pin = canonical(named)
        return cls(
            team_id=candidate.run.team_id,
            run_id=candidate.run_id,
            pin=pin,
            asked_before=bool(pin) and _asked_before(candidate),
        )

    def key(self, prompt: Prompt, *, repeat: int) -> str:
        """Return the hash of what is asked; empty where the answer may differ."""
        greedy = prompt.temperature == 0
        if not self.pin or not (greedy or prompt.seed is not None):
            return ""
        asked = {
            "text": prompt.text,
            "max_output_tokens": prompt.max_output_tokens,
            "temperature": prompt.temperature,
            "seed": None if greedy else prompt.seed,
            "stop": list(prompt.stop),
            "repeat": repeat,
        }
        if prompt.settled_by is not None:
            asked["settled_by"] = prompt.settled_by
        if prompt.choices:
            asked |= {"choices": list(prompt.choices), "choose_by": prompt.choose_by}
        return sha256(f"{self.pin}\n{canonical(asked)}".encode()).hexdigest()

    def known(self, keys: Iterable[str]) -> Mapping[str, Answer]:
        """Return the newest earlier answer to each key that has one."""
        wanted = {key for key in keys if key}
        if not wanted or not self.asked_before:
            return {}
        found = list(with_keys(wanted).values_list("pk", flat=True))
        if not found:
            return {}
        rows = AnswerRow.objects.filter(
            Among("pk", found), trial__run__team=self.team_id, failure_code=""
        ).exclude(trial__run=self.run_id)
        return {row.asked_sha256: _answer(row) for row in rows.order_by("pk")}


def with_keys(keys: Collection[str]) -> QuerySet[AnswerRow]:
    """Return whatever was answered with one of these keys, to anybody.

    By the index of the keys alone: joined with a team's runs, a database would rather
    read all that the team was ever answered.
    """
    # PostgreSQL does not see that one of over a hundred keys is not empty, which the
    # index asks for, unless it is told.
    return AnswerRow.objects.filter(Among("asked_sha256", keys), ~Q(asked_sha256=""))


def _asked_before(candidate: Candidate) -> bool:
    """Say whether another run of the team has a candidate whose keys could be equal."""
    others = Candidate.objects.filter(
        run__team=candidate.run.team_id,
        engine=candidate.engine,
        spec__model=candidate.spec.get("model"),
    )
    return others.exclude(run=candidate.run_id).exists()


def _snapshot(candidate: Candidate) -> str:
    """Return the name of a model behind an endpoint that tells its day; else empty."""
    model = str(candidate.spec.get("model") or "")
    dated = candidate.engine == "openai" and DATED.fullmatch(model)
    return model if dated else ""


def _answer(row: AnswerRow) -> Answer:
    return Answer(
        prompt_id="",
        output=row.output,
        finish=cast(Finish, row.finish),
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        tokens_origin=cast("TokensOrigin | None", row.tokens_origin or None),
        timing=None,
        input_cut=row.input_cut,
        likelihoods=tuple(row.likelihoods) if row.likelihoods else None,
    )
