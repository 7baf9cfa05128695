"""Who may read a report from outside? The links of a run, and the page they open."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone

from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.forms import ShareForm
from advisor.reports.models import Export, ShareLink
from advisor.reports.pages.record import Record, record_of
from advisor.reports.selectors import Result, links_of
from advisor.runs.models import Run
from advisor.web.parts import Link, Notice, Verdict

LIVE = Verdict("pass", "pass", "Open")
REVOKED = Verdict("quiet", "skip", "Revoked")
ENDED = Verdict("quiet", "wait", "Expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link: for whom, by whom, until when, last used, and how to end it."""

    label: str
    by: str
    made: str
    until: str
    used: str
    state: Verdict
    revoke_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """The links to one report; `address` is there right after one was made."""

    title: str
    header: ProjectHeader
    back: Link
    here: str
    rows: tuple[LinkRow, ...]
    form: forms.Form
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPage:
    """A report as somebody outside the team reads it."""

    title: str
    record: Record
    figures: str
    here: str
    pdf: Link | None
    preparing: bool
    notice: Notice | None
    downloads: tuple[Link, ...]
    until: str
    has_sign_in: bool = True


def share_page(
    run: Run, form: forms.Form | None = None, address: str | None = None
) -> SharePage:
    """Return the links to a run's report; a new address is shown this once."""
    here = project_url(run.project, f"runs/{run.number}/share/")
    now = timezone.now()
    return SharePage(
        title="Share the report",
        header=header_of(run.project, "Report"),
        back=Link(
            "Back to the report",
            project_url(run.project, f"runs/{run.number}/report/"),
        ),
        here=here,
        rows=tuple(_row(one, here, now) for one in links_of(run)),
        form=form or ShareForm(),
        address=address,
    )


def shared_page(
    result: Result, link: ShareLink, path: str, pdf: Export | None
) -> SharedPage:
    """Return the report behind a live link: no names, no samples, no comments."""
    ready = pdf is not None and pdf.state == Export.State.READY
    kinds = (Export.Kind.MARKDOWN, Export.Kind.CSV, Export.Kind.XLSX, Export.Kind.JSON)
    return SharedPage(
        title=f"Report: {result.run.project.name}",
        record=record_of(result, shared=True),
        figures=f"{path}figures/",
        here=path,
        pdf=Link("Download the PDF", f"{path}report.pdf") if ready else None,
        preparing=pdf is not None and pdf.state == Export.State.QUEUED,
        notice=_failed(pdf),
        downloads=tuple(Link(str(k.label), f"{path}report.{k.value}") for k in kinds),
        until=f"{link.expires_at:%-d %b %Y}",
    )


def _failed(pdf: Export | None) -> Notice | None:
    if pdf is None or pdf.state != Export.State.FAILED:
        return None
    return Notice(kind="fail", icon="fail", title="No PDF.", text=pdf.error)


def _row(one: ShareLink, here: str, now: datetime) -> LinkRow:
    live = one.revoked_at is None and one.expires_at > now
    state = LIVE if live else REVOKED if one.revoked_at else ENDED
    used = one.last_used_at
    return LinkRow(
        label=one.label,
        by=str(one.created_by or "A former member"),
        made=f"{one.created_at:%-d %b %Y}",
        until=f"{one.expires_at:%-d %b %Y, %H:%M}",
        used=f"{used:%-d %b %Y, %H:%M}" if used else "Never",
        state=state,
        revoke_url=f"{here}{one.pk}/revoke/" if live else None,
    )
