"""What changed since a run, so that its recommendation is out of date?

What the run froze is set against what holds today: the project's newest sample set, the
price and the revision of each model, the hour of each machine. However many runs are
asked about, it takes six queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint, HardwareProfile
from advisor.catalog.selectors import Current, current_of, hardware_of
from advisor.projects.models import SampleSet
from advisor.reports.models import DecisionRecord
from advisor.runs.models import Candidate, Run

Price = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer what the run had, and since when."""

    what: str
    on: date

    @property
    def sentence(self) -> str:
        """Say so in one sentence."""
        return (
            f"{self.what} changed on {self.on:%-d %b %Y}, so the recommendation is out"
            " of date."
        )


@dataclass(frozen=True, slots=True)
class _Today:
    """What holds today of everything that the runs used."""

    cards: Mapping[str, Current]
    machines: Mapping[str, HardwareProfile]
    samples: Mapping[int, SampleSet]


def changes_since(team: Team, runs: Sequence[Run]) -> dict[int, tuple[Change, ...]]:
    """Return what changed since each of a team's runs, by the key of the run.

    Runs of which nothing changed are left out. A setup's own typed price, or a recorded
    file, cannot change under a run.
    """
    used: dict[int, list[Candidate]] = defaultdict(list)
    rows = Candidate.objects.filter(run__in=[run.pk for run in runs])
    for one in rows.select_related("endpoint").order_by("run", "position", "pk"):
        used[one.run_id].append(one)
    today = _today(team, runs, [one for found in used.values() for one in found])
    found = {run.pk: _changes(run, used[run.pk], today) for run in runs}
    return {pk: changes for pk, changes in found.items() if changes}


def overdue(record: DecisionRecord | None, today: date | None = None) -> str:
    """Return the sentence of a decision whose day has passed; empty while it holds."""
    if record is None or record.revisit_by is None or record.superseded_by_id:
        return ""
    if record.revisit_by >= (today or timezone.now().date()):
        return ""
    return (
        f"{record.name} was to be revisited by {record.revisit_by:%-d %b %Y}, so the"
        " decision is out of date."
    )


def _today(team: Team, runs: Sequence[Run], used: Iterable[Candidate]) -> _Today:
    specs = [one.spec for one in used]
    cards = {spec["card"] for spec in specs if spec.get("card")}
    machines = {spec["hardware"] for spec in specs if spec.get("hardware")}
    samples = SampleSet.objects.filter(project__in={run.project_id for run in runs})
    return _Today(
        cards=current_of(team, cards),
        machines={one.slug: one for one in hardware_of(team).filter(slug__in=machines)},
        samples={one.project_id: one for one in samples.order_by("version")},
    )


def _changes(run: Run, used: Iterable[Candidate], today: _Today) -> tuple[Change, ...]:
    found: dict[str, Change] = {}
    newest = today.samples.get(run.project_id)
    if newest is not None and newest.sha256 != run.samples_sha256:
        found["samples"] = Change("The sample set", newest.created_at.date())
    for one in used:
        for change in (*_of_price(one, today), *_of_model(one, run, today)):
            found.setdefault(change.what, change)
    return tuple(found.values())


def _of_price(one: Candidate, today: _Today) -> Iterator[Change]:
    """Yield that a price by the token, or by the hour, is another one now."""
    price = one.spec.get("price") or {}
    frozen = (price.get("input_per_1m"), price.get("output_per_1m"))
    source = str(price.get("source") or "")
    current = today.cards.get(one.spec.get("card") or "")
    if frozen == (None, None) and one.engine == "transformers":
        yield from _of_machine(one, today)
    elif source.startswith("endpoint ") and one.endpoint is not None:
        now = _prices(one.endpoint)
        if now != frozen:
            yield Change(f"The price of {one.endpoint.name}", _day(one.endpoint))
    elif source != "typed" and current is not None:
        listed = current.price
        if listed is not None and _prices(listed) != frozen:
            yield Change(f"The price of {current.card.name}", listed.since.date())


def _of_machine(one: Candidate, today: _Today) -> Iterator[Change]:
    machine = today.machines.get(one.spec.get("hardware") or "")
    typed = (one.spec.get("price") or {}).get("per_hour") is not None
    if machine is None or typed or machine.price_per_hour is None:
        return
    if float(machine.price_per_hour) != one.spec.get("hourly"):
        yield Change(f"The price of {machine.name}", machine.updated_at.date())


def _of_model(one: Candidate, run: Run, today: _Today) -> Iterator[Change]:
    """Yield that a model is another one now: its revision, or what a server offers."""
    if one.endpoint is not None:
        asked = (one.spec.get("base_url"), one.spec.get("model"))
        if asked != (one.endpoint.base_url, one.endpoint.model):
            yield Change(f"The model of {one.endpoint.name}", _day(one.endpoint))
        return
    current = today.cards.get(one.spec.get("card") or "")
    had = (one.facts or {}).get("revision") or one.spec.get("revision")
    if current is None or not had or not current.revision:
        return
    if current.revision != had and current.card.updated_at > run.created_at:
        day = current.card.updated_at.date()
        yield Change(f"The revision of {current.card.name}", day)


def _day(endpoint: Endpoint) -> date:
    return endpoint.updated_at.date()


def _prices(row: Any) -> Price:
    return _number(row.input_per_1m), _number(row.output_per_1m)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
