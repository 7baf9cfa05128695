"""What changed since a run, so that its recommendation is out of date?

What the run froze is set against what holds today: the project's newest sample set, the
price and the revision of each model, the hour of each machine. However many runs are
asked about, it takes at most six queries; what a run that ended had is read once.
"""

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
from advisor.runs.selectors.progress import FINAL
from advisor.web.kept import Kept

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
class _Used:
    """What a run had of one model; nothing of it changes once the run has ended."""

    spec: Mapping[str, Any]
    engine: str
    endpoint: int | None
    revision: str


@dataclass(frozen=True, slots=True)
class _Today:
    """What holds today of everything that the runs used."""

    cards: Mapping[str, Current]
    machines: Mapping[str, HardwareProfile]
    endpoints: Mapping[int, Endpoint]
    samples: Mapping[int, tuple[str, date]]


KEPT: Kept[tuple[_Used, ...]] = Kept(4000)


def changes_since(team: Team, runs: Sequence[Run]) -> dict[int, tuple[Change, ...]]:
    """Return what changed since each of a team's runs, by the key of the run.

    Runs of which nothing changed are left out. A setup's own typed price, or a recorded
    file, cannot change under a run.
    """
    used = _used_by(runs)
    today = _today(team, runs, [one for found in used.values() for one in found])
    found = {run.pk: _changes(run, used[run.pk], today) for run in runs}
    return {pk: changes for pk, changes in found.items() if changes}


def _used_by(runs: Sequence[Run]) -> dict[int, tuple[_Used, ...]]:
    """Return what each run had; one query for those that are not known yet."""
    ended = {
        run.pk: (run.pk, run.created_at, run.generation)
        for run in runs
        if run.state in FINAL
    }
    found = {pk: one for pk, key in ended.items() if (one := KEPT.find(key))}
    missing = [run.pk for run in runs if run.pk not in found]
    if not missing:
        return found
    read: dict[int, list[_Used]] = {pk: [] for pk in missing}
    rows = Candidate.objects.filter(run__in=missing).order_by("run", "position", "pk")
    for row in rows:
        revision = (row.facts or {}).get("revision") or row.spec.get("revision") or ""
        read[row.run_id].append(
            _Used(row.spec, row.engine, row.endpoint_id, str(revision))
        )
    for pk, listed in read.items():
        found[pk] = tuple(listed)
        if pk in ended:
            KEPT.put(ended[pk], found[pk])
    return found


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


def _today(team: Team, runs: Sequence[Run], used: Iterable[_Used]) -> _Today:
    listed = list(used)
    cards = {one.spec["card"] for one in listed if one.spec.get("card")}
    machines = {one.spec["hardware"] for one in listed if one.spec.get("hardware")}
    asked = {one.endpoint for one in listed if one.endpoint is not None}
    samples = SampleSet.objects.filter(project__in={run.project_id for run in runs})
    newest = samples.order_by("version").values_list(
        "project_id", "sha256", "created_at"
    )
    profiles = hardware_of(team).filter(slug__in=machines) if machines else ()
    return _Today(
        cards=current_of(team, cards) if cards else {},
        machines={one.slug: one for one in profiles},
        endpoints=Endpoint.objects.in_bulk(asked) if asked else {},
        samples={pk: (sha256, at.date()) for pk, sha256, at in newest},
    )


def _changes(run: Run, used: Iterable[_Used], today: _Today) -> tuple[Change, ...]:
    found: dict[str, Change] = {}
    newest = today.samples.get(run.project_id)
    if newest is not None and newest[0] != run.samples_sha256:
        found["samples"] = Change("The sample set", newest[1])
    for one in used:
        for change in (*_of_price(one, today), *_of_model(one, run, today)):
            found.setdefault(change.what, change)
    return tuple(found.values())


def _of_price(one: _Used, today: _Today) -> Iterator[Change]:
    """Yield that a price by the token, or by the hour, is another one now."""
    price = one.spec.get("price") or {}
    frozen = (price.get("input_per_1m"), price.get("output_per_1m"))
    source = str(price.get("source") or "")
    current = today.cards.get(one.spec.get("card") or "")
    endpoint = today.endpoints.get(one.endpoint or 0)
    if frozen == (None, None) and one.engine == "transformers":
        yield from _of_machine(one, today)
    elif source.startswith("endpoint ") and endpoint is not None:
        now = _prices(endpoint)
        if now != frozen:
            yield Change(f"The price of {endpoint.name}", _day(endpoint))
    elif source != "typed" and current is not None:
        listed = current.price
        if listed is not None and _prices(listed) != frozen:
            yield Change(f"The price of {current.card.name}", listed.since.date())


def _of_machine(one: _Used, today: _Today) -> Iterator[Change]:
    machine = today.machines.get(one.spec.get("hardware") or "")
    typed = (one.spec.get("price") or {}).get("per_hour") is not None
    if machine is None or typed or machine.price_per_hour is None:
        return
    if float(machine.price_per_hour) != one.spec.get("hourly"):
        yield Change(f"The price of {machine.name}", machine.updated_at.date())


def _of_model(one: _Used, run: Run, today: _Today) -> Iterator[Change]:
    """Yield that a model is another one now: its revision, or what a server offers."""
    endpoint = today.endpoints.get(one.endpoint or 0)
    if endpoint is not None:
        asked = (one.spec.get("base_url"), one.spec.get("model"))
        if asked != (endpoint.base_url, endpoint.model):
            yield Change(f"The model of {endpoint.name}", _day(endpoint))
        return
    current = today.cards.get(one.spec.get("card") or "")
    if current is None or not one.revision or not current.revision:
        return
    if current.revision != one.revision and current.card.updated_at > run.created_at:
        day = current.card.updated_at.date()
        yield Change(f"The revision of {current.card.name}", day)


def _day(endpoint: Endpoint) -> date:
    return endpoint.updated_at.date()


def _prices(row: Any) -> Price:
    return _number(row.input_per_1m), _number(row.output_per_1m)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
