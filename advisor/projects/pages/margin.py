"""What can so many samples show, before anything is spent? The plan, and its curve."""

from dataclasses import dataclass

from advisor.projects.models import Setup
from advisor.projects.selectors import evaluation_samples
from advisor.sizing import formats, planner
from advisor.web.panels import EffectPanel
from advisor.web.parts import Fact

MARGIN = 0.05
CONFIDENCE = 0.95
WIDTH, HEIGHT = 220.0, 104.0
LEFT, BOTTOM, TOP = 30.0, 84.0, 8.0
LEAST = 10  # samples where the curve begins
MOST_POINTS = 20.0  # of loss; the curve is cut above
POINT = 0.01
STEPS = 60
NOTE = (
    "With 80% power, for a candidate as good as the reference that disagrees with it on"
    " about one sample in six. A rule of thumb until a run has measured it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCurve:
    """The smallest loss that samples can exclude, drawn against their number."""

    line: str
    ticks: tuple[tuple[float, str], ...]
    grid: tuple[tuple[float, str], ...]
    dot: tuple[float, float] | None
    label: str
    label_end: bool
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPlan:
    """What the draft's evaluation samples can show."""

    count: int
    margin: float
    candidates: int
    alpha: float
    plan: planner.Plan

    @property
    def more(self) -> int | None:
        """How many samples lack for the margin; 0 where they suffice."""
        needed = self.plan.needed
        return None if needed is None else max(0, needed - self.count)

    @property
    def sentence(self) -> str:
        """What the samples can show, in a sentence."""
        margin = formats.points(self.margin)
        needed = self.plan.needed
        if not self.count:
            told = formats.number(needed)
            return f"About {told} samples are needed to certify a margin of {margin}."
        smallest = formats.points(self.plan.smallest_margin)
        shown = (
            f"{formats.count(self.count, 'sample')} can exclude a loss of {smallest}"
        )
        if not self.more:
            return f"{shown}, within your margin of {margin}."
        more = formats.about(self.more, "more sample")
        return f"{shown}. Your margin of {margin} needs {more}."


def plan_of(setup: Setup) -> MarginPlan:
    """Return what the evaluation samples of a draft can show under its margin."""
    count = evaluation_samples(setup.sample_set).count() if setup.sample_set else 0
    limits = setup.document.get("constraints") or {}
    stored = limits.get("quality_margin", MARGIN)
    margin = float(stored["limit"] if isinstance(stored, dict) else stored)
    candidates = max(1, len(setup.document.get("candidates") or ()))
    margin = min(max(margin, 0.001), 0.999)
    alpha = 1 - float(setup.document.get("confidence") or CONFIDENCE)
    return MarginPlan(
        count=count,
        margin=margin,
        candidates=candidates,
        alpha=alpha,
        plan=planner.plan(
            samples=max(1, count), margin=margin, alpha=alpha, candidates=candidates
        ),
    )


def margin_panel(setup: Setup) -> tuple[EffectPanel, MarginCurve]:
    """Return the panel of step 3 and the curve above its facts."""
    found = plan_of(setup)
    smallest = formats.points(found.plan.smallest_margin) if found.count else None
    more = found.more if found.count else None
    panel = EffectPanel(
        title="How sure will the answer be?",
        note=f"{found.sentence} {NOTE}",
        facts=(
            Fact(
                term="Samples that decide",
                value=formats.number(found.count) if found.count else None,
            ),
            Fact(term="Your margin", value=formats.points(found.margin)),
            Fact(term="Smallest loss they exclude", value=smallest),
            Fact(
                term="Needed for your margin", value=formats.number(found.plan.needed)
            ),
            Fact(
                term="Still to add",
                value=None if more is None else formats.number(more),
            ),
        ),
    )
    return panel, _curve(found)


def _curve(found: MarginPlan) -> MarginCurve:
    most = _most(found)
    points = [
        _at(LEAST * (most / LEAST) ** (n / STEPS), most, found)
        for n in range(STEPS + 1)
    ]
    dot = _at(found.count, most, found) if found.count >= LEAST else None
    smallest = formats.points(found.plan.smallest_margin)
    return MarginCurve(
        line=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        ticks=tuple((_x(n, most), formats.number(n)) for n in (0, most / 2, most)),
        grid=tuple((_y(p), f"{p:g}") for p in (0.0, 5.0, 10.0, 15.0, 20.0)),
        dot=dot,
        label=f"{formats.number(found.count)}: {smallest}",
        label_end=dot is not None and dot[0] > WIDTH / 2,
        summary=found.sentence,
    )


def _most(found: MarginPlan) -> int:
    """Return where the axis of samples ends: a round number beyond all of interest."""
    needed = min(found.plan.needed or 0, 4000)
    wanted = int(max(found.count * 1.25, 600, needed))
    step = int(f"1{'0' * (len(str(wanted)) - 1)}")
    return -(-wanted // step) * step


def _at(count: float, most: int, found: MarginPlan) -> tuple[float, float]:
    loss = planner.smallest_margin(
        max(1, round(count)),
        0.0,
        found.plan.variance,
        found.alpha,
        found.candidates,
    )
    return _x(count, most), _y(min(loss / POINT, MOST_POINTS))


def _x(count: float, most: int) -> float:
    return LEFT + (WIDTH - LEFT - 8) * count / most


def _y(points: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * points / MOST_POINTS
