"""What does the panel beside the last step say? What the run takes, and from where."""

from advisor.projects.pages.amounts import about_money, about_time
from advisor.projects.pages.estimate import RunEstimate, bases_of
from advisor.sizing import formats
from advisor.web.panels import EffectPanel
from advisor.web.parts import Fact

NOTE = (
    "These are upper bounds: a candidate stops as soon as it is decided. You can close"
    " the page. Whoever launches the run gets a mail when it is done; they and the"
    " team's owners get one when it is accepted or rejected."
)


def run_panel(estimate: RunEstimate) -> EffectPanel:
    """Return what a run of the draft takes; dashes until it is known."""
    facts = [
        Fact(term="Answers", value=_count(estimate.answers)),
        Fact(term="Paid calls", value=formats.number(estimate.paid)),
        Fact(term="Time", value=about_time(estimate.seconds)),
    ]
    if estimate.machine is not None:
        facts.append(Fact(term="Machine hours", value=about_money(estimate.machine)))
    facts.append(Fact(term="Cost", value=_cost(estimate)))
    note = f"{NOTE} {bases_of(estimate)}".strip()
    return EffectPanel(title="This run", note=note, facts=tuple(facts))


def _cost(estimate: RunEstimate) -> str | None:
    return about_money(estimate.dollars) if estimate.paid else "nothing is paid"


def _count(value: int) -> str | None:
    return formats.number(value) if value else None
