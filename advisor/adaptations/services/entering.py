"""How does a made model come beside its parent? As a candidate of the next version."""

from django.core.exceptions import ValidationError
from django.db import transaction

from advisor.accounts.models import User
from advisor.adaptations.models import Adaptation
from advisor.adaptations.services.errors import AdaptationRefused
from advisor.projects.models import Setup
from advisor.projects.selectors import entries_of, model_ids
from advisor.projects.services import add_model, open_draft

MOST_CANDIDATES = 20


@transaction.atomic
def enter_draft(*, adaptation: Adaptation, by: User | None) -> Setup:
    """Put a made model, and its parent where it is missing, into the project's draft.

    Raises:
        AdaptationRefused: It is in already, or there is no room for it.
    """
    opened = open_draft(project=adaptation.project, opened_by=by)
    draft = Setup.objects.select_for_update().get(pk=opened.pk)
    draft.project = adaptation.project
    listed = entries_of(draft.document)
    if any(one.get("model") == adaptation.folder for one in listed):
        raise AdaptationRefused(
            [f"{adaptation.key} is a candidate of version {draft.version} already."]
        )
    wanted = [entry_of_made(adaptation)]
    if adaptation.parent_key not in model_ids(draft):
        wanted.insert(0, dict(adaptation.parent))
    count = len(draft.document.get("candidates") or ())
    if count + len(wanted) > MOST_CANDIDATES:
        raise AdaptationRefused(
            [
                f"Version {draft.version} has {count} candidates; {MOST_CANDIDATES} are"
                " the most. Remove one, then put the made model in."
            ]
        )
    try:
        for entry in wanted:
            draft = add_model(setup=draft, entry=entry, role="candidate")
    except ValidationError as error:
        raise AdaptationRefused(error.messages) from error
    return draft


def entry_of_made(adaptation: Adaptation) -> dict[str, object]:
    """Return a made model as a setup's document holds it: as its parent, but for files.

    A half runs in its own precision, any other in its parent's.
    """
    kept = ("hardware", "price", "chat", "threads", "concurrency", "hosting")
    entry: dict[str, object] = {
        name: adaptation.parent[name] for name in kept if name in adaptation.parent
    }
    precision = adaptation.parent.get("precision")
    if adaptation.technique == Adaptation.Technique.QUANTISE:
        precision = adaptation.recipe["precision"]
    entry |= {"precision": precision} if precision else {}
    if adaptation.card is not None:
        entry["card"] = adaptation.card.slug
    return {
        "id": adaptation.key,
        "engine": "transformers",
        "model": adaptation.folder,
        **entry,
    }
