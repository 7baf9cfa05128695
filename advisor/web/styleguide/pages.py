"""Made-up values for the components that pages are made of, in every state."""

from advisor.web.gauge import Gauge, quality_axis
from advisor.web.parts import (
    Action,
    Alert,
    AnswerCard,
    Bar,
    Empty,
    Fact,
    Limit,
    Link,
    LogLine,
    Notice,
    Piece,
    Problem,
    Stat,
    Step,
    Tag,
    Verdict,
)

LONG = "A model whose name is longer than anybody would wish for it to be"
SWATCHES = (
    ("ink", "Text"),
    ("ink-2", "Secondary text"),
    ("ink-3", "Meta, ticks"),
    ("control", "Control borders"),
    ("line", "Hairlines"),
    ("well", "Side panels"),
    ("accent", "Actions, the recommended model"),
    ("pass", "Meets a limit"),
    ("warn", "Undecided, stale"),
    ("fail", "Fails; limit lines"),
)
MET = Verdict("pass", "pass", "Met")
VERDICTS = (
    (Verdict("pass", "pass", "Recommended"), "cheapest that was certified"),
    (Verdict("pass", "pass", "Meets every constraint"), "certified, dearer"),
    (Verdict("warn", "unsure", "Undecided"), "neither certified nor discarded"),
    (Verdict("fail", "fail", "0.81 s too slow"), "always by how much"),
    (Verdict("quiet", "skip", "Not run: licence"), "a rule excludes it"),
    (Verdict("pass", "seal", "Accepted"), "decision recorded"),
    (Verdict("accent", "run", "Running, 61%"), ""),
    (Verdict("quiet", "wait", "Waiting for a worker"), ""),
    (Verdict("warn", "redo", "Re-run needed"), "inputs changed since the run"),
    (Verdict("quiet", "draft", "Draft, step 3 of 5"), ""),
)
_AXIS = quality_axis(93)
GAUGES = (
    Gauge.at_least(
        96.1, 93, low=93.8, high=98.4, axis=_AXIS, status="met", text="96.1, floor 93"
    ),
    Gauge.at_least(
        94.6, 93, low=92.2, high=97.0, axis=_AXIS, status="undecided", text="94.6"
    ),
    Gauge.at_least(
        88.4, 93, low=85.3, high=91.5, axis=_AXIS, status="failed", text="88.4"
    ),
    Gauge.at_most(2.12, 2.5, status="met", text="2.12 s, limit 2.50 s"),
    Gauge.at_most(3.31, 2.5, status="failed", text="3.31 s, limit 2.50 s"),
    Gauge.at_most(None, 2.5, status="unknown", text="not measured, limit 2.50 s"),
)
LIMITS = (
    Limit(
        label="Quality",
        verdict=MET,
        value="96.1%",
        aside="± 2.3",
        gauge=GAUGES[0],
        limit="floor 93%",
    ),
    Limit(
        label="p95 latency",
        verdict=Verdict("fail", "fail", "Failed"),
        value="3.31 s",
        gauge=GAUGES[4],
        limit="limit 2.50 s",
    ),
    Limit(
        label="Memory",
        verdict=Verdict("quiet", "skip", "Unknown"),
        value=None,
        gauge=GAUGES[5],
        limit="limit 24 GB",
    ),
    Limit(
        label="Rules",
        verdict=MET,
        value=None,
        lines=("Private cloud, EU only", "Apache-2.0 licence", "English and German"),
    ),
)
TAGS = (
    Tag("Published range"),
    Tag("Reference", "accent"),
    Tag("Replayed on your samples", "pass"),
    Tag("Stale", "warn"),
)
STATS = (
    Stat(
        label="Done",
        value="61%",
        note="1,196 of 1,960 answers",
        bar=Bar(label="Whole run", share=0.61),
    ),
    Stat(label="Saving", value="$40,392", note="a month, 87%", tone="pass"),
    Stat(label="Speed", value="0.91", unit="samples/s", note="across 4 workers"),
    Stat(
        label="Spent",
        value="$3.12",
        note="of $10.00 cap, about $5.40 at the end",
        bar=Bar(label="Spend against cap", share=0.31, projected=0.54),
    ),
)
ALERTS = (
    Alert(
        tone="fail",
        icon="fail",
        subject=Link("Meeting notes", "#"),
        text="no candidate meets every constraint. The closest is 0.62 s too slow.",
        action=Link("See what to relax", "#"),
    ),
    Alert(
        tone="warn",
        icon="redo",
        subject=Link("Product answers", "#"),
        text="64 samples were replaced, so the recommendation is out of date.",
        action=Link("Re-run, about $2.80", "#"),
    ),
)
NOTICES = (
    Notice(
        kind="info",
        icon="wait",
        title="Connection lost.",
        text="The run goes on. Showing the state of 11:23; trying again in 8 s.",
        action=Link("Try now", "#"),
    ),
    Notice(
        kind="fail",
        icon="fail",
        title="Run stopped at the $10.00 cap.",
        text="1,640 of 1,960 answers are kept.",
        action=Link("Raise the cap", "#"),
    ),
    Notice(
        kind="warn",
        icon="redo",
        title="The price of the L4 changed on 20 Nov.",
        text="Costs on this page use the price of the run.",
        action=Link("Recalculate", "#"),
    ),
    Notice(kind="pass", icon="pass", title="Samples are complete.", text="240 rows."),
    Notice(kind="plain", icon="file", title="Nothing leaves.", text="Local models."),
)
FACTS = (
    Fact(
        term="Goal", value="Route each ticket to its queue.", action=Link("Change", "#")
    ),
    Fact(
        term="p95 latency",
        value="at most 2.50 s",
        note="typed by you",
        action=Link("Change", "#"),
    ),
    Fact(
        term="Minimum quality", value=None, note="no limit", action=Link("Change", "#")
    ),
    Fact(
        term="Candidates",
        value="tiny",
        lines=("small", LONG),
        action=Link("Change", "#"),
    ),
)
STEPS = (
    Step(text="Goal", state="done", url="#"),
    Step(text="Constraints", state="now", url="#"),
    Step(text="Sample tasks", state="next"),
    Step(text="Candidates", state="next"),
    Step(text="Review and launch", state="next"),
)
EMPTY = (
    Empty(
        title="No projects yet",
        text="A project asks one question: which model is the right size for this"
        " job? The first takes about 10 minutes to set up.",
        actions=(Action("New project", "#", "primary"),),
    ),
    Empty(
        title="No samples match",
        text="Nothing with “deductible” here.",
        actions=(Action("Clear filters", "#"),),
    ),
)
ANSWERS = (
    AnswerCard(
        who="small",
        recommended=True,
        note="1.69 s · $0.0002",
        verdict=Verdict("fail", "fail", "3 of 4 fields"),
        text='{"amount_eur": 2180}',
        pieces=(Piece('{"amount_eur": '), Piece("2180", "wrong"), Piece("}")),
    ),
    AnswerCard(
        who=LONG,
        verdict=Verdict("pass", "pass", "4 of 4"),
        text='{"amount_eur": 2480}',
        note="1.22 s · $0.0004",
    ),
    AnswerCard(
        who="large",
        verdict=Verdict("quiet", "skip", "Gap"),
        text=None,
        note="the endpoint did not answer",
    ),
)
LOG = (
    LogLine(time="11:21", tone="pass", icon="pass", text="small: done, 91.0% ± 2.7"),
    LogLine(time="11:17", tone="fail", icon="fail", text="tiny: out of memory"),
)
PROBLEMS = (
    Problem(
        verdict=Verdict("warn", "redo", "Out of memory"),
        where="tiny, 11:17",
        text="16 parallel requests need 25.1 GB; there are 24 GB. Retrying with 8.",
    ),
)
