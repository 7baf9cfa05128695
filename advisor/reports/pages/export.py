"""What does the report page say while the PDF is made, and once it is there?"""

from dataclasses import dataclass

from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.models import Export
from advisor.runs.models import Run
from advisor.web.parts import Link, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """The PDF of one run: asked for, being made, ready or failed."""

    title: str
    header: ProjectHeader
    run_number: int
    here: str
    preparing: bool
    notice: Notice
    download: Link | None
    back: Link


def report_page(run: Run, export: Export | None) -> ReportPage:
    """Return the report page of a finished run."""
    here = project_url(run.project, f"runs/{run.number}/report/")
    state = None if export is None else export.state
    return ReportPage(
        title=f"Report: {run.project.name}",
        header=header_of(run.project, "Comparison"),
        run_number=run.number,
        here=here,
        preparing=state == Export.State.QUEUED,
        notice=_notice(export),
        download=Link("Download the PDF", f"{here}report.pdf")
        if state == Export.State.READY
        else None,
        back=Link(
            "Back to the comparison",
            project_url(run.project, f"runs/{run.number}/compare/"),
        ),
    )


def _notice(export: Export | None) -> Notice:
    if export is None:
        text = "It holds the decision, the other options, the evidence and the method."
        return Notice(kind="plain", icon="file", title="No PDF yet.", text=text)
    if export.state == Export.State.QUEUED:
        text = "About 10 s. This page shows the file when it is ready."
        return Notice(kind="info", icon="run", title="Preparing the PDF.", text=text)
    if export.state == Export.State.FAILED:
        return Notice(kind="fail", icon="fail", title="No PDF.", text=export.error)
    text = "The file is stored unchanged; its figures are those of the comparison."
    return Notice(kind="pass", icon="pass", title="The PDF is ready.", text=text)
