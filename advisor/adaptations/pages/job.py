"""How far is a job, what did it make, and what did that change?"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.gain import gains_of
from advisor.adaptations.pages.lineage import lineage_of
from advisor.adaptations.pages.listing import TAB
from advisor.adaptations.pages.words import (
    file_size,
    lasted,
    parameters,
    recipe_facts,
    state_of,
)
from advisor.adaptations.selectors import LIVE
from advisor.projects.models import Project
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.runs.selectors import candidates_of, runs_of
from advisor.runs.services.summarising import summary_of
from advisor.sizing import formats
from advisor.web.figures import DataTable
from advisor.web.panels import Gain
from advisor.web.parts import Bar, Fact, Link, Notice, Stat, Verdict

EVERY = 2  # seconds between polls
RUNS_LOOKED_AT = 5
S = Adaptation.State


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """A job as it stands; ``final`` ends the polling."""

    title: str
    header: ProjectHeader
    key: str
    lines: tuple[str, ...]
    here: str
    every: int
    seen: str
    final: bool
    state: Verdict
    stats: tuple[Stat, ...]
    notice: Notice | None
    gains: tuple[Gain, ...]
    lineage: tuple[Fact, ...]
    recipe: tuple[Fact, ...]
    speed: DataTable | None
    speed_note: str
    precisions: DataTable | None
    precision_notes: tuple[str, ...]
    can_cancel: bool
    can_enter: bool


def job_page(adaptation: Adaptation, membership: Membership) -> JobPage:
    """Return the page of a job, or what its polled fragment shows."""
    one, record = adaptation, adaptation.record or {}
    able, done = may(membership, Role.EDITOR), one.state == S.DONE
    started = f"Started {one.created_at:%-d %b %Y %H:%M}"
    who = f" by {one.created_by}" if one.created_by else ""
    return JobPage(
        title=f"{one.key}: {one.project.name}",
        header=header_of(one.project, TAB),
        key=one.key,
        lines=(f"{one.get_technique_display()} of {one.parent_key}", f"{started}{who}"),
        here=project_url(one.project, f"adaptations/{one.number}/"),
        every=EVERY,
        seen=_seen(one),
        final=one.state not in LIVE,
        state=state_of(one),
        stats=_stats(one),
        notice=_notice(one),
        gains=_gains(one) if done else (),
        lineage=tuple(lineage_of(one)),
        recipe=recipe_facts(one),
        speed=_speed(record) if done else None,
        speed_note=str(record.get("speed", {}).get("sentence", "")),
        precisions=_precisions(record),
        precision_notes=tuple(
            row["note"] for row in record.get("precisions", ()) if row.get("note")
        ),
        can_cancel=able and one.state in LIVE,
        can_enter=able and done,
    )


def _seen(one: Adaptation) -> str:
    told = (one.state, one.stage, one.step, round(one.spent_s), one.problem)
    return sha256(repr(told).encode()).hexdigest()[:12]


def _stats(one: Adaptation) -> tuple[Stat, ...]:
    steps = int(one.recipe["steps"])
    trains = one.technique != "quantise" and not one.recipe["zeroed"]
    going = one.state in LIVE
    share = min(1.0, one.step / steps)
    bar = Bar(
        label="Steps",
        share=share,
        state="going" if going else "done" if one.state == S.DONE else "idle",
    )
    stats = [Stat(label="State", value=one.stage or one.get_state_display())]
    if trains:
        told = f"of {formats.number(steps)}"
        step = formats.number(one.step)
        stats.append(Stat(label="Steps", value=step, unit=told, bar=bar))
        loss = None if one.loss is None else f"{one.loss:.3f}"
        stats.append(Stat(label="Loss on answers", value=loss, note="nats a token"))
    spent = f"of {lasted(one.budget_s)}"
    stats.append(Stat(label="Time", value=lasted(one.spent_s), unit=spent))
    return tuple(stats)


def _notice(one: Adaptation) -> Notice | None:
    setup = project_url(one.project, "setup/candidates/")
    if one.state == S.DONE:
        return Notice(
            kind="pass",
            icon="pass",
            title="The model is made.",
            text=" ".join([*_stopped_early(one), *one.notes]),
            action=Link("Go to the candidates", setup),
        )
    if one.state == S.FAILED:
        return Notice(kind="fail", icon="fail", title="Failed.", text=one.problem)
    if one.state == S.CANCELLED:
        told = "Nothing of it was kept."
        return Notice(kind="plain", icon="skip", title="Cancelled.", text=told)
    if one.state == S.QUEUED:
        told = "It begins when a worker of the queue “local” is free."
        return Notice(kind="info", icon="wait", title="Waiting.", text=told)
    return None


def _stopped_early(one: Adaptation) -> Iterator[str]:
    record = one.record or {}
    done, ordered = record.get("steps"), record.get("steps_ordered")
    if done is not None and done != ordered:
        yield f"Its budget was used up after {done:,} of {ordered:,} steps."


def _gains(one: Adaptation) -> tuple[Gain, ...]:
    """Return what making changed in the newest run that has both models."""
    for run in runs_of(one.project).filter(recommendation__isnull=False)[
        :RUNS_LOOKED_AT
    ]:
        found = [
            gain
            for gain in gains_of(run, candidates_of(run), summary_of(run))
            if gain.made.url.endswith(f"/adaptations/{one.number}/")
        ]
        if found:
            return tuple(found)
    return ()


def _speed(record: dict[str, Any]) -> DataTable | None:
    speed = record.get("speed", {})
    if "before" not in speed:
        return None
    rows = []
    for name, sizes in (("before", record["before"]), ("after", record["after"])):
        one = speed[name]
        spread = f"{one['ttft_ms_from']:.1f} to {one['ttft_ms_to']:.1f}"
        rows.append(
            (
                {"before": "Parent", "after": "Made model"}[name],
                parameters(sizes["parameters"]),
                file_size(sizes["bytes"]),
                f"{one['ttft_ms']:.1f} ms ({spread})",
                formats.number(one["tokens_per_second"]),
            )
        )
    columns = ("Model", "Parameters", "File", "First token", "Tokens/s")
    return DataTable(columns=columns, rows=tuple(rows))


def _precisions(record: dict[str, Any]) -> DataTable | None:
    found = [row for row in record.get("precisions", ()) if "ttft_ms" in row]
    if not found:
        return None
    return DataTable(
        columns=("Precision", "Weights", "First token", "Tokens/s", "Same answers"),
        rows=tuple(
            (
                row["precision"],
                file_size(row["weights_bytes"]),
                f"{row['ttft_ms']:.1f} ms",
                formats.number(row["tokens_per_second"]),
                f"{row['same_answers']} of {row['asked']}",
            )
            for row in found
        ),
    )


def job_of(project: Project, number: int) -> Adaptation | None:
    """Return one job of a project, None for any other."""
    found = Adaptation.objects.filter(project=project, number=number)
    related = ("project__team", "setup", "card", "created_by")
    return found.select_related(*related).first()
