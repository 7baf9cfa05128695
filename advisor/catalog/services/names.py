"""Is a name still free? Asked once the team is locked: two may give it at once."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from advisor.accounts.models import Membership, Team
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard

NOUNS = {
    Endpoint: "an endpoint",
    HardwareProfile: "a machine",
    ModelCard: "a model",
}
Named = Endpoint | HardwareProfile | ModelCard


class NameTaken(ValidationError):
    """Another row of the team got the name a moment ago."""


def locked_rows(by: Membership, model: type[Named], slug: str) -> QuerySet[Named]:
    """Lock the member's team, and return its rows of a slug: at most one.

    Nobody names another until the transaction ends.
    """
    Team.objects.select_for_update(no_key=True).get(pk=by.team_id)
    rows: QuerySet[Named] = model._default_manager.filter(team=by.team, slug=slug)
    return rows


def taken(model: type[Named], name: str) -> NameTaken:
    """Return what is raised for a name that is not free."""
    told = f"Your team has {NOUNS[model]} called {name}. Choose a different name"
    return NameTaken(told)
