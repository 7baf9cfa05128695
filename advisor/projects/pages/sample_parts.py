"""What is shown of a file and its samples? Its state, its rows, its problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from advisor.projects.models import Intake, Sample, SampleSet
from advisor.projects.pages.sample_problems import page_number, paging_of
from advisor.projects.parsing.personal import veiled
from advisor.projects.selectors import evaluation_samples, tuning_samples
from advisor.sizing import formats
from advisor.web.parts import Bar, Link, Paging
from advisor.web.plain import visible

ROWS = 10  # of a preview page
EXCERPT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCard:
    """The file whose samples are used: what it is called, and what came of it."""

    name: str
    meta: str
    ready: str
    bad: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file that is being read."""

    name: str
    stage: str
    count: str
    bar: Bar
    poll: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One sample as it will be asked."""

    key: str
    text: str
    expected: str
    tags: str
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of the samples as they will be asked, and how they are split."""

    name: str
    count: str
    split: str
    tabs: tuple[Link, ...]
    rows: tuple[PreviewRow, ...]
    paging: Paging


def file_card(stored: SampleSet, intake: Intake | None) -> FileCard:
    """Return what became of the file of a sample set."""
    parts = []
    if intake is not None and intake.state == Intake.State.TAKEN:
        parts.append(_size(intake.upload.size))
        parts.append(formats.count(intake.rows_total, "row"))
    local = timezone.localtime(stored.created_at)
    parts.append(f"read {local:%H:%M}" if _today(local) else f"read {local:%-d %b %Y}")
    notes = tuple(str(note) for note in stored.notes)
    left = next((one for one in notes if one.endswith("left out.")), "")
    return FileCard(
        name=visible(stored.name),
        meta=" · ".join(parts),
        ready=f"{formats.number(stored.count)} ready",
        bad=left.rstrip("."),
        notes=tuple(note for note in notes if note != left),
    )


def _today(moment: Any) -> bool:
    return bool(moment.date() == timezone.localdate())


def waiting_of(intake: Intake | None, base: str) -> Waiting | None:
    """Return how far a file is that is still being read."""
    if intake is None or intake.state != Intake.State.WAITING:
        return None
    # The number of rows is known at the end only; 20,000 is the most a file has.
    share = min(0.95, intake.rows_done / 20_000)
    return Waiting(
        name=visible(intake.name),
        stage=intake.stage or "Waiting for a worker",
        count=f"{formats.count(intake.rows_done, 'row')} so far"
        if intake.rows_done
        else "",
        bar=Bar(label="Reading the file", share=share),
        poll=f"{base}progress/",
    )


def preview_of(stored: SampleSet, base: str, query: Mapping[str, str]) -> Preview:
    """Return a page of the samples: those that decide, or those that may train."""
    deciding, training = evaluation_samples(stored), tuning_samples(stored)
    counts = deciding.count(), training.count()
    tuning = query.get("split") == "tuning" and counts[1] > 0
    shown = training if tuning else deciding
    extra = "split=tuning&" if tuning else ""
    number = page_number(query.get("rows"))
    total = counts[1] if tuning else counts[0]
    paging, start = paging_of(total, ROWS, number, f"{base}?{extra}", "rows")
    tabs = (
        Link(f"Decide {formats.number(counts[0])}", f"{base}#preview-h", not tuning),
        Link(
            f"Tune {formats.number(counts[1])}",
            f"{base}?split=tuning#preview-h",
            tuning,
        ),
    )
    share = f" ({formats.percent(counts[1] / stored.count)})" if counts[1] else ""
    return Preview(
        name=visible(stored.name),
        count=formats.count(stored.count, "sample"),
        split=f"{formats.number(counts[0])} decide,"
        f" {formats.number(counts[1])} may train{share}.",
        tabs=tabs if counts[1] else (),
        rows=tuple(_row(one) for one in shown[start : start + ROWS]),
        paging=paging,
    )


def _row(one: Sample) -> PreviewRow:
    expected = formats.DASH if one.expected is None else str(one.expected)
    return PreviewRow(
        key=visible(one.key),
        text=_short(one.input),
        expected=_short(expected),
        tags=", ".join(visible(tag) for tag in one.tags),
        split=one.split,
    )


def _short(text: str) -> str:
    line = " ".join(visible(veiled(text[: EXCERPT * 4])).split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
