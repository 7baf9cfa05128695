"""What does step 3 show? The file, its columns, what is wrong with it, the scoring."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.projects.forms import MappingForm, ScoringForm, UploadForm
from advisor.projects.models import Sample, SampleSet, Setup, Upload
from advisor.projects.pages.wizard import WizardPage, wizard_parts
from advisor.projects.parsing import Problem
from advisor.projects.selectors import evaluation_samples
from advisor.sizing import formats, planner
from advisor.web.panels import EffectPanel
from advisor.web.parts import Fact, Notice

SHOWN = 8
PROBLEMS_SHOWN = 50
EXCERPT = 120
MARGIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first samples as they will be asked."""

    name: str
    count: str
    rows: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPage:
    """Step 3: upload, mapping, preview, scoring."""

    wizard: WizardPage
    upload: UploadForm
    mapping: MappingForm | None
    file_name: str
    upload_id: int | None
    problems: tuple[str, ...]
    more_problems: int
    notices: tuple[Notice, ...]
    preview: Preview | None
    scoring: ScoringForm

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.wizard.title


def samples_page(
    setup: Setup,
    *,
    upload: UploadForm,
    scoring: ScoringForm,
    mapping: MappingForm | None = None,
    stored: Upload | None = None,
    problems: Sequence[Problem] = (),
) -> SamplesPage:
    """Return step 3."""
    errors = [one.message for one in problems if one.severity == "error"]
    warnings = [one.message for one in problems if one.severity != "error"]
    wizard = WizardPage(
        title=f"Sample tasks: {setup.project.name}",
        heading="What does it have to do?",
        lede="Real tasks with right answers, as you would send them.",
        form=scoring,
        panel=_panel(setup),
        **wizard_parts(setup, "samples"),
    )
    return SamplesPage(
        wizard=wizard,
        upload=upload,
        mapping=mapping,
        file_name="" if stored is None else stored.name,
        upload_id=None if stored is None else stored.pk,
        problems=tuple(errors[:PROBLEMS_SHOWN]),
        more_problems=max(0, len(errors) - PROBLEMS_SHOWN),
        notices=tuple(_warning(text) for text in warnings),
        preview=None if setup.sample_set is None else _preview(setup.sample_set),
        scoring=scoring,
    )


def _preview(stored: SampleSet) -> Preview:
    rows = evaluation_samples(stored)[:SHOWN]
    return Preview(
        name=stored.name,
        count=formats.count(stored.count, "sample"),
        rows=tuple(_row(one) for one in rows),
        notes=tuple(stored.notes),
    )


def _row(one: Sample) -> tuple[str, str, str, str]:
    expected = formats.DASH if one.expected is None else str(one.expected)
    return one.key, _short(one.input), _short(expected), ", ".join(one.tags)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"


def _panel(setup: Setup) -> EffectPanel:
    """Say what so many samples can show, before anything is spent."""
    count = setup.sample_set.count if setup.sample_set else 0
    limits = setup.document.get("constraints") or {}
    stored = limits.get("quality_margin", MARGIN)
    margin = float(stored["limit"] if isinstance(stored, dict) else stored)
    candidates = max(1, len(setup.document.get("candidates") or ()))
    plan = planner.plan(samples=max(1, count), margin=margin, candidates=candidates)
    smallest = formats.points(plan.smallest_margin) if count else None
    return EffectPanel(
        title="What they can show",
        note="Estimated for a candidate as good as the reference that disagrees with it"
        " on about one sample in six.",
        facts=(
            Fact(term="Samples", value=formats.number(count) if count else None),
            Fact(term="Your margin", value=formats.points(margin)),
            Fact(term="Smallest loss they can exclude", value=smallest),
            Fact(term="Samples for your margin", value=formats.number(plan.needed)),
        ),
    )


def _warning(text: str) -> Notice:
    return Notice(kind="warn", icon="warn", title="", text=text)
