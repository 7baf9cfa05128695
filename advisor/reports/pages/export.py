"""What does the report page show? The record as paper, its files, and their makers."""

from dataclasses import dataclass

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.forms import ExportForm
from advisor.reports.models import Export
from advisor.reports.pages.deciding import DecidePanel, decide_panel
from advisor.reports.pages.record import Record, record_of
from advisor.reports.selectors import Result, exports_of
from advisor.reports.selectors.exports import left_out_of
from advisor.runs.models import Run
from advisor.web.parts import Link, Notice

MOST_VERSIONS = 12
OTHERS = (Export.Kind.MARKDOWN, Export.Kind.CSV, Export.Kind.XLSX, Export.Kind.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfState:
    """The PDF of one run as it stands now: not there, being made, ready or failed."""

    here: str
    poll: str
    preparing: bool
    notice: Notice
    download: Link | None
    form: ExportForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One stored file: what, of which status, when, for whom."""

    link: Link
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """The decision record of a run on screen, sheet by sheet."""

    title: str
    header: ProjectHeader
    run_number: int
    record: Record
    figures: str
    pdf: PdfState
    decide: DecidePanel
    versions: tuple[Version, ...]
    others: tuple[tuple[str, str], ...]
    markdown_url: str
    share: Link | None
    back: Link


def report_page(result: Result, pdf: PdfState, member: Membership) -> ReportPage:
    """Return the report page of a finished run."""
    run = result.run
    here = project_url(run.project, f"runs/{run.number}/")
    share = Link("Share with somebody outside", f"{here}share/")
    return ReportPage(
        title=f"Report: {run.project.name}",
        header=header_of(run.project, "Report"),
        run_number=run.number,
        record=record_of(result),
        figures=f"{here}report/figures/",
        pdf=pdf,
        decide=decide_panel(result, member),
        versions=tuple(_version(one, here) for one in _ready(run)),
        others=tuple((str(kind.value), str(kind.label)) for kind in OTHERS),
        markdown_url=f"{here}report.md",
        share=share if may(member, Role.EDITOR) else None,
        back=Link("Back to the comparison", f"{here}compare/"),
    )


def pdf_state(run: Run, export: Export | None, form: ExportForm) -> PdfState:
    """Return where the PDF of a run stands."""
    here = project_url(run.project, f"runs/{run.number}/report/")
    state = None if export is None else export.state
    ready = export is not None and state == Export.State.READY
    query = form.chosen()
    return PdfState(
        here=here,
        poll=f"{here}?{query}" if query else here,
        preparing=state == Export.State.QUEUED,
        notice=_notice(export),
        download=Link("Download the PDF", f"{here}files/{export.pk}/")
        if ready and export is not None
        else None,
        form=form,
    )


def _ready(run: Run) -> list[Export]:
    return list(exports_of(run).filter(state=Export.State.READY)[:MOST_VERSIONS])


def _version(one: Export, here: str) -> Version:
    made = one.finished_at or one.created_at
    _, *extras = one.options.split()
    named = [name for name in extras if not name.startswith("-")]
    named += ["in part"] if left_out_of(one.options) else []
    extra = f", {' and '.join(named)}" if named else ""
    who = str(one.requested_by) if one.requested_by else "A reader of a shared link"
    return Version(
        link=Link(f"{one.get_kind_display()}{extra}", f"{here}report/files/{one.pk}/"),
        note=f"{one.status or 'Proposed'} · {made:%-d %b %Y, %H:%M} UTC · {who}",
    )


def _notice(export: Export | None) -> Notice:
    if export is None:
        text = "It is made of the record as it stands now."
        return Notice(kind="plain", icon="file", title="No PDF yet.", text=text)
    if export.state == Export.State.QUEUED:
        text = "About 10 s. This page shows the file when it is ready."
        return Notice(kind="info", icon="run", title="Preparing the PDF.", text=text)
    if export.state == Export.State.FAILED:
        return Notice(kind="fail", icon="fail", title="No PDF.", text=export.error)
    text = "The file is stored unchanged; its figures are those of the comparison."
    return Notice(kind="pass", icon="pass", title="The PDF is ready.", text=text)
