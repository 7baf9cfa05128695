"""What changed since a run, so that its recommendation is out of date?

What the run froze is set against what holds today: the project's newest sample set, the
price and the revision of each model, the hour of each machine. However many runs are
asked about, it takes at most six queries; what a run that ended had is read once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from advisor.accounts.models import Team
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors.records import Mark
from advisor.reports.selectors.today import Card, Priced, Today, today_of
from advisor.runs.models import Candidate, Run
from advisor.runs.selectors.finding import LatestRun
from advisor.runs.selectors.progress import FINAL
from advisor.web.kept import Kept

Ran = Run | LatestRun


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


Changes = Mapping[int, tuple[Change, ...]]
KEPT: Kept[tuple[_Used, ...]] = Kept(4000)
CHANGES: Kept[Changes] = Kept(256)


def changes_since(team: Team, runs: Sequence[Ran]) -> Changes:
    """Return what changed since each of a team's runs, by the key of the run.

    Runs of which nothing changed are left out. A setup's own typed price, or a recorded
    file, cannot change under a run.
    """
    used = _used_by(runs)
    today = _today(team, runs, [one for found in used.values() for one in found])

    def made() -> Changes:
        found = {run.pk: _changes(run, used[run.pk], today) for run in runs}
        return {pk: changes for pk, changes in found.items() if changes}

    if any(run.state not in FINAL for run in runs):
        return made()
    # The same runs against the same day's facts differ in the same things.
    asked = tuple((run.pk, run.created_at, run.generation) for run in runs)
    return CHANGES.get((asked, today), made)


def _used_by(runs: Sequence[Ran]) -> dict[int, tuple[_Used, ...]]:
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


def overdue(record: DecisionRecord | Mark | None, today: date | None = None) -> str:
    """Return the sentence of a decision whose day has passed; empty while it holds."""
    if record is None or record.revisit_by is None or record.superseded_by_id:
        return ""
    if record.revisit_by >= (today or timezone.now().date()):
        return ""
    return (
        f"{record.name} was to be revisited by {record.revisit_by:%-d %b %Y}, so the"
        " decision is out of date."
    )


def _today(team: Team, runs: Sequence[Ran], used: Iterable[_Used]) -> Today:
    listed = list(used)
    return today_of(
        team,
        projects={run.project_id for run in runs},
        cards={one.spec["card"] for one in listed if one.spec.get("card")},
        machines={one.spec["hardware"] for one in listed if one.spec.get("hardware")},
        endpoints={one.endpoint for one in listed if one.endpoint is not None},
    )


def _changes(run: Ran, used: Iterable[_Used], today: Today) -> tuple[Change, ...]:
    found: dict[str, Change] = {}
    newest = today.sample_set(run.project_id)
    if newest is not None and newest.sha256 != run.samples_sha256:
        found["samples"] = Change("The sample set", newest.on)
    for one in used:
        for change in (*_of_price(one, today), *_of_model(one, run, today)):
            found.setdefault(change.what, change)
    return tuple(found.values())


def _of_price(one: _Used, today: Today) -> Iterator[Change]:
    """Yield that a price by the token, or by the hour, is another one now."""
    price = one.spec.get("price") or {}
    frozen = (price.get("input_per_1m"), price.get("output_per_1m"))
    source = str(price.get("source") or "")
    card = today.card(one.spec.get("card"))
    endpoint = today.endpoint(one.endpoint)
    if frozen == (None, None) and one.engine == "transformers":
        yield from _of_machine(one, today)
    elif source.startswith("endpoint ") and endpoint is not None:
        yield from _repriced(endpoint.name, endpoint.price, frozen)
    elif source != "typed" and card is not None and card.price is not None:
        yield from _repriced(card.name, card.price, frozen)


def _repriced(
    name: str, now: Priced, frozen: tuple[float | None, float | None]
) -> Iterator[Change]:
    if (now.input_per_1m, now.output_per_1m) != frozen:
        yield Change(f"The price of {name}", now.since)


def _of_machine(one: _Used, today: Today) -> Iterator[Change]:
    machine = today.machine(one.spec.get("hardware"))
    typed = (one.spec.get("price") or {}).get("per_hour") is not None
    if machine is None or typed or machine.per_hour is None:
        return
    if machine.per_hour != one.spec.get("hourly"):
        yield Change(f"The price of {machine.name}", machine.on)


def _of_model(one: _Used, run: Ran, today: Today) -> Iterator[Change]:
    """Yield that a model is another one now: its revision, or what a server offers."""
    endpoint = today.endpoint(one.endpoint)
    if endpoint is not None:
        asked = (one.spec.get("base_url"), one.spec.get("model"))
        if asked != (endpoint.base_url, endpoint.model):
            yield Change(f"The model of {endpoint.name}", endpoint.price.since)
        return
    card: Card | None = today.card(one.spec.get("card"))
    if card is None or not one.revision or not card.revision:
        return
    if card.revision != one.revision and card.updated_at > run.created_at:
        yield Change(f"The revision of {card.name}", card.updated_at.date())
