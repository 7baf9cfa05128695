"""Where does a recommendation stand, and what may this member do about it?"""

from dataclasses import dataclass

from django import forms

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.models import DecisionRecord
from advisor.reports.pages import words
from advisor.reports.pages.record import status_of
from advisor.reports.pages.record.building import state_notices
from advisor.reports.selectors import Result, choice_of, standing_record
from advisor.reports.services.deciding import UNDO_FOR, may_take_back
from advisor.runs.models import Candidate
from advisor.web.kept import Kept
from advisor.web.parts import Action, Link, Notice, Verdict

NOT_YOURS = "An editor can accept this."
NOTHING = "There is no model to accept."
SPARED: Kept[str] = Kept(4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePanel:
    """The decision beside a recommendation: its status, and the ways on."""

    status: Verdict
    record: Link
    told: str
    reason: str
    notices: tuple[Notice, ...]
    accept: Action | None
    undo_url: str | None
    note: str
    spared: str
    others_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPage:
    """The question whether to accept, as a page of its own."""

    title: str
    header: ProjectHeader
    question: str
    text: str
    here: str
    form: forms.Form
    cancel: Link


def decide_panel(result: Result, member: Membership) -> DecidePanel:
    """Return the decision panel of a finished run for a member of its team."""
    run, row = result.run, standing_record(result.run)
    here = project_url(run.project, f"runs/{run.number}/")
    signed = row is not None and row.signed_at is not None
    choice, allowed = choice_of(result.document), may(member, Role.EDITOR)
    words = "Decide anew" if signed else "Accept recommendation"
    accept = Action(words, f"{here}accept/", "secondary" if signed else "primary")
    return DecidePanel(
        status=status_of(row),
        record=Link(row.name if row else "Decision record", f"{here}report/"),
        told=_told(row),
        reason=row.reason if row else "",
        notices=state_notices(result, row),
        accept=accept if choice and allowed else None,
        undo_url=f"{here}accept/undo/"
        if row is not None and may_take_back(row, member)
        else None,
        note=_note(choice, signed=signed, allowed=allowed),
        spared=spared_of(result),
        others_url=f"{here}others/" if allowed else None,
    )


def spared_of(result: Result) -> str:
    """Return who was not run, as long as that can change read from the rows."""
    version = result.version
    if version is None:
        return _spared(result)
    return SPARED.get(version, lambda: _spared(result))


def _spared(result: Result) -> str:
    """Return who was not run because a cheaper one was certified; "" for nobody.

    Who is declared unfit has a reason of its own, and would not be run by asking.
    """
    known = [one for one in result.findings if one["role"] == "candidate"]
    # Who was certified first need not be recommended: the reference may cost no more.
    certified = ("recommended", "qualifies")
    best = next((one["id"] for one in known if one["verdict"] in certified), None)
    if best is None or not any(one["verdict"] == "not_run" for one in known):
        return ""
    spared = [
        one.key
        for one in result.rows.values()
        if one.state == Candidate.State.NOT_RUN and not one.reason
    ]
    if not spared:
        return ""
    verb = "was" if len(spared) == 1 else "were"
    return f"{words.listed(spared)} {verb} not run: {best} was certified first."


def accept_page(result: Result, form: forms.Form) -> AcceptPage:
    """Return the question of a run that has something to decide."""
    run = result.run
    here = project_url(run.project, f"runs/{run.number}/")
    choice = choice_of(result.document)
    deed = "Accept" if result.document["recommended"] else "Keep"
    return AcceptPage(
        title=f"{deed} {choice}?",
        header=header_of(run.project, "Comparison"),
        question=f"{deed} {choice} for {run.project.name}?",
        text="The decision record is signed with your name and the time, and is not"
        f" changed afterwards. You can undo it for {UNDO_FOR.seconds // 60} minutes"
        " and supersede it later.",
        here=f"{here}accept/",
        form=form,
        cancel=Link("Not yet", f"{here}compare/"),
    )


def seen_number(row: DecisionRecord | None) -> int:
    """Return the number of the signed record that a page shows, 0 for none."""
    return row.number if row is not None and row.signed_at is not None else 0


def _told(row: DecisionRecord | None) -> str:
    if row is None or row.signed_at is None or row.revisit_by is None:
        return ""
    verb = str(row.get_verdict_display())
    return (
        f"{verb} by {row.signer_name}, {row.signer_role}, on"
        f" {row.signed_at:%-d %b %Y, %H:%M} UTC. Revisit by"
        f" {row.revisit_by:%-d %b %Y}."
    )


def _note(choice: str | None, *, signed: bool, allowed: bool) -> str:
    if choice is None:
        return NOTHING
    return "" if allowed or signed else NOT_YOURS
