"""How does an act of the audit log read? As one sentence, said about the actor.

An action that has no sentence here still reads: "endpoint.key_replaced" becomes
"Endpoint key replaced", with what it was done to behind it.
"""

from typing import Any

from advisor.accounts.models import AuditEvent
from advisor.web.plain import visible

SENTENCES = {
    "account.deleted": "Deleted the account {target}",
    "api_token.created": "Made the API token {target}, scope {scope}, {days} days",
    "api_token.revoked": "Revoked the API token {target}",
    "audit.exported": "Exported the audit log",
    "decision.accepted": "Accepted {target}",
    "decision.rejected": "Rejected {target}",
    "invitation.accepted": "Joined as {role}",
    "invitation.sent": "Invited {target} as {role}",
    "invitation.withdrawn": "Withdrew the invitation of {target}",
    "member.account_deleted": "Left by deleting the account {target}",
    "member.removed": "Removed {target}",
    "member.role_changed": "Changed {target} from {from} to {to}",
    "project.archived": "Archived the project {target}",
    "project.created": "Opened the project {target}",
    "project.deleted": "Deleted the project {target}",
    "project.restored": "Put the project {target} back into the list",
    "projects.exported": "Exported the table of projects",
    "report.exported": "Exported the {kind} of {target}",
    "run.cancelled": "Cancelled {target}",
    "run.cap_raised": "Raised the cap of {target}",
    "run.launched": "Launched {target}, {cap}",
    "run.paused": "Paused {target}",
    "run.resumed": "Resumed {target}",
    "run.retried": "Tried again what failed in {target}",
    "run.widened": "Had the other candidates of {target} run too",
    "samples.consented": "Confirmed sending {samples} samples to {target}",
    "session.ended": "Signed out a browser at {target}",
    "session.ended_elsewhere": "Signed out everywhere else",
    "sign_in.once": "Signed in by a one-time link",
    "team.caps_set": "Set the caps to {to_month} a month and {to_run} a run",
    "team.created": "Created the team",
    "team.deleted": "Deleted the team {target}",
    "team.two_step": "{Demanded} two-step sign-in of members",
}


class _Said(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def deed(action: str) -> str:
    """Return an action in words: "invitation.sent" is "Invitation sent"."""
    return action.replace(".", " ").replace("_", " ").capitalize()


def sentence(event: AuditEvent) -> str:
    """Return what was done; hidden characters in names are spelled out."""
    words = SENTENCES.get(event.action)
    if words is None:
        said = f"{deed(event.action)}: {event.target}" if event.target else ""
        return visible(said or deed(event.action))
    facts = _Said({k: v for k, v in event.detail.items() if isinstance(v, str | int)})
    facts["target"] = event.target
    if event.action == "team.caps_set":
        caps = event.detail.get("to") or {}
        facts["to_month"] = _cap(caps.get("month_usd"))
        facts["to_run"] = _cap(caps.get("run_usd"))
    if event.action == "team.two_step":
        facts["Demanded"] = "Demanded" if event.detail.get("demanded") else "Waived"
    return visible(words.format_map(facts))


def _cap(usd: float | None) -> str:
    return "no cap" if usd is None else f"${usd:,.2f}"
