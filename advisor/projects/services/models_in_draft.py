"""Who is in a draft: under test, or as its reference?"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from advisor.accounts.models import Membership
from advisor.catalog.selectors import card_by_name
from advisor.catalog.services import keep_endpoint
from advisor.projects.models import Setup
from advisor.projects.selectors import model_ids
from advisor.projects.services.drafting import hold_draft, save_draft, without_consent

CANDIDATES_STEP = 4


@transaction.atomic
def add_model(*, setup: Setup, entry: Mapping[str, Any], role: str) -> Setup:
    """Put a model under test, or make it the reference instead of the one before.

    Raises:
        ValidationError: A model of that name is in the draft, as after a double click.
        DraftFrozen: A launch has frozen the draft meanwhile.
    """
    hold_draft(setup)
    if entry["id"] in model_ids(setup):
        raise ValidationError(
            f"{entry['id']} is in the list already. Choose another name."
        )
    document = dict(setup.document)
    if entry.get("endpoint"):
        document = without_consent(document)
    if role == "reference":
        document["reference"] = dict(entry)
    else:
        document["candidates"] = [*(document.get("candidates") or ()), dict(entry)]
    return save_draft(setup=setup, document=document, step=CANDIDATES_STEP)


@transaction.atomic
def remove_model(*, setup: Setup, key: str) -> Setup:
    """Take a model out; a name that is not in the draft changes nothing."""
    hold_draft(setup)
    document = dict(setup.document)
    listed = document.get("candidates") or ()
    document["candidates"] = [one for one in listed if one["id"] != key]
    if (document.get("reference") or {}).get("id") == key:
        document["reference"] = None
    return save_draft(setup=setup, document=document, step=CANDIDATES_STEP)


def open_endpoint(*, by: Membership, values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a server as an endpoint of the team; return it as a candidate's entry.

    ``values`` are those of the form; `id` is the name of the endpoint as well.
    """
    named = values["card"]
    card = card_by_name(by.team, named) if named else None
    about = {**values, "name": values["id"], "card": card}
    endpoint = keep_endpoint(by=by, values=about)
    entry = {"id": values["id"], "engine": "openai", "endpoint": endpoint.pk}
    return {**entry, "card": named} if named else entry
