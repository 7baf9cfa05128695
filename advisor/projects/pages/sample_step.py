"""What does step 3 show? The file, its columns, what is wrong with it, the scoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.projects.forms import FileForm, ScoringForm, SplitForm, UploadForm
from advisor.projects.models import Intake, Setup
from advisor.projects.pages.flagged import Flagged, flagged_of
from advisor.projects.pages.margin import MarginCurve, margin_panel
from advisor.projects.pages.pack_offers import PackOffer, pack_offers
from advisor.projects.pages.sample_parts import (
    FileCard,
    Preview,
    Waiting,
    file_card,
    preview_of,
    waiting_of,
)
from advisor.projects.pages.sample_problems import (
    ProblemList,
    page_number,
    problems_of,
)
from advisor.projects.pages.wizard import WizardPage, step_url, wizard_parts
from advisor.projects.selectors import outside_endpoints
from advisor.projects.services import Unscored
from advisor.web.panels import EffectPanel
from advisor.web.parts import Notice

NO_QUERY: Mapping[str, str] = {}
UNSCORED_SHOWN = 20
LEDE = (
    "One row for each request, with the answer you would accept. The more rows, the"
    " smaller the difference that can be shown."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPage:
    """Step 3: upload, columns, preview, split, personal data, scoring."""

    wizard: WizardPage
    upload: UploadForm
    file_form: FileForm | None
    split: SplitForm
    scoring: ScoringForm
    curve: MarginCurve
    card: FileCard | None
    waiting: Waiting | None
    refused: str
    upload_id: int | None
    problems: ProblemList | None
    notices: tuple[Notice, ...]
    preview: Preview | None
    flagged: Flagged | None
    unscored: tuple[Unscored, ...]
    packs: tuple[PackOffer, ...]

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.wizard.title

    @property
    def rows_url(self) -> str:
        """Where the cells go that are put right in place."""
        return f"{self.wizard.here}{self.upload_id}/rows/"

    @property
    def to_correct(self) -> tuple[Unscored, ...]:
        """The samples whose expected answers are put right in place."""
        return tuple(one for one in self.unscored if one.key)

    @property
    def has_errors(self) -> bool:
        """Whether the title says so."""
        return bool(self.problems or self.unscored or self.upload.errors)


def samples_page(
    setup: Setup,
    *,
    upload: UploadForm,
    scoring: ScoringForm,
    split: SplitForm,
    intake: Intake | None = None,
    file_form: FileForm | None = None,
    unscored: Sequence[Unscored] = (),
    query: Mapping[str, str] = NO_QUERY,
) -> SamplesPage:
    """Return step 3."""
    panel, curve = margin_panel(setup)
    base = step_url(setup, "samples")
    stored = setup.sample_set
    return SamplesPage(
        wizard=_wizard(setup, scoring, panel),
        upload=upload,
        file_form=file_form,
        split=split,
        scoring=scoring,
        curve=curve,
        card=None if stored is None else file_card(stored, intake),
        waiting=waiting_of(intake, base),
        refused=_refused(intake),
        upload_id=None if intake is None else intake.upload_id,
        problems=problems_of(intake, base, page_number(query.get("problems"))),
        notices=() if stored is None else _notices(stored.notes),
        preview=None if stored is None else preview_of(stored, base, query),
        flagged=flagged_of(stored, outside_endpoints(setup)),
        unscored=tuple(unscored[:UNSCORED_SHOWN]),
        packs=pack_offers(),
    )


def _wizard(setup: Setup, scoring: ScoringForm, panel: EffectPanel) -> WizardPage:
    return WizardPage(
        title=f"Sample tasks: {setup.project.name}",
        heading="Show us real work",
        lede=LEDE,
        form=scoring,
        panel=panel,
        **wizard_parts(setup, "samples"),
    )


def _refused(intake: Intake | None) -> str:
    """Return the name of a file that cannot be used; empty where there is none."""
    is_one = intake is not None and intake.state == Intake.State.REFUSED
    return intake.name if intake is not None and is_one else ""


def _notices(notes: Sequence[str]) -> tuple[Notice, ...]:
    """Return what was found on reading; what has a place of its own is not repeated."""
    told = (one for one in notes if " may hold " not in one and "left out." not in one)
    return tuple(Notice(kind="warn", icon="warn", title="", text=one) for one in told)
