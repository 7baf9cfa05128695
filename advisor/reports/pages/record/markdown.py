"""How does a record become a Markdown decision record that a repository can keep?

The headings are those of a decision record (Status to More information). Texts of
people and models are escaped: they are shown, never read as Markdown or HTML.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from advisor.reports.pages.record.paper import technique_cells
from advisor.reports.pages.record.value import Record
from advisor.web.plain import visible

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#&])")
LEADING = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
NUMBERED = re.compile(r"^(\s*\d+)([.)])")


def markdown_of(record: Record) -> str:
    """Return the record as Markdown, ending in a line end."""
    parts = [f"# {plain(record.title)}"]
    for heading, body in (
        ("Status", _status(record)),
        ("Context", _paragraphs(record.context)),
        ("Decision drivers", _drivers(record)),
        ("Considered options", _options(record)),
        ("Decision outcome", _outcome(record)),
        ("Consequences", _consequences(record)),
        ("Confirmation", _confirmation(record)),
        ("More information", _more(record)),
    ):
        parts += [f"## {heading}", "\n\n".join(body) or "None stated."]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    line = " ".join(visible(text).split())
    escaped = SPECIAL.sub(r"\\\1", line)
    if NUMBERED.match(escaped):
        return NUMBERED.sub(r"\1\\\2", escaped)
    return LEADING.sub(r"\1\\\2", escaped)


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [plain(text) for text in texts if text]


def _status(record: Record) -> Iterator[str]:
    name = f"{record.name}, run {record.run_number}"
    yield f"{record.status.text} ({name.removeprefix(', ')}, {record.day})"
    yield from (plain(f"{one.title} {one.text}") for one in record.notices)
    rest = [pair for pair in record.meta if pair[0] not in ("Status", "Date")]
    facts = [("Team", record.team), ("Project", record.project), *rest]
    yield "\n".join(f"- {plain(term)}: {plain(value)}" for term, value in facts)


def _drivers(record: Record) -> Iterator[str]:
    limits = record.comparison.limits
    if limits:
        head = ("Constraint", "Limit", record.comparison.subject or "", "Result")
        rows = (
            (
                one.label,
                one.limit or "",
                one.value or "; ".join(one.lines) or "–",
                one.verdict.text,
            )
            for one in limits
        )
        yield _table(head, rows)


def _options(record: Record) -> Iterator[str]:
    c = record.comparison
    yield plain(record.options_intro)
    heads = [
        f"{title} {c.heads.get(key, '')}".strip()
        for key, title in (
            ("quality", "Quality"),
            ("p95", "p95"),
            ("memory", "Memory"),
            ("cost", c.heads["cost_title"]),
        )
    ]
    rows = (
        (
            f"{row.id} ({row.note})" if row.note else row.id,
            f"{row.quality} ({row.quality_range})"
            if row.quality_range
            else row.quality,
            *(row.p95, row.memory, row.cost),
            f"{row.verdict.text}. {row.reason}",
        )
        for row in c.rows
    )
    yield _table(("Candidate", *heads, "Why, or why not"), rows)


def _outcome(record: Record) -> Iterator[str]:
    c = record.comparison
    yield f"**{plain(c.headline)}**"
    yield from _paragraphs((c.rest, c.promise))
    signed = record.signature
    if signed is None:
        yield "Not decided yet."
        return
    because = f" because: {plain(signed.reason)}" if signed.reason else "."
    yield f"{signed.verdict}: {plain(signed.model)}{because}"


def _consequences(record: Record) -> Iterator[str]:
    found = record.consequences
    for title, texts in (
        ("Good", found.good),
        ("Bad", found.bad),
        ("Revisit when", found.revisit),
    ):
        if texts:
            listed = "\n".join(f"- {plain(text)}" for text in texts)
            yield f"### {title}\n\n{listed}"


def _confirmation(record: Record) -> Iterator[str]:
    signed = record.signature
    if signed is not None:
        who = signed.who or "A member of the team"
        yield (
            f"Signed by {plain(who)} on {signed.when}. Revisit by {signed.revisit_by}."
        )
    c = record.comparison
    if c.latency_table.rows:
        yield _table(c.latency_table.columns, c.latency_table.rows)
    if c.slice_rows:
        rows = (
            (row.label, *(f"{x.value or '–'} {x.note}".strip() for x in row.cells))
            for row in c.slice_rows
        )
        yield _table(("Quality by tag", *c.slice_columns), rows)


def _more(record: Record) -> Iterator[str]:
    if record.techniques:
        yield "### Techniques worth a test"
        head = ("Technique", "Expected quality", "Expected cost", "Basis")
        yield _table(head, (technique_cells(one) for one in record.techniques))
    lines = []
    for fact in record.method:
        told = "; ".join((*([fact.value] if fact.value else []), *fact.lines))
        lines.append(f"- {plain(fact.term)}: {plain(told)}")
    yield "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = (
        [plain(cell) if index != 1 else cell for cell in line]
        for index, line in enumerate(lines)
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
