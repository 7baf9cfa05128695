"""Which samples can no candidate read whole? Told by row before anything is asked."""

from collections.abc import Mapping
from typing import Any

from advisor.catalog.selectors import card_by_name
from advisor.projects.models import Setup
from advisor.projects.schema import too_long
from advisor.projects.selectors import evaluation_samples, row_of
from advisor.sizing import formats
from advisor.web.parts import Notice

LISTED = 10
DEFAULT_OUTPUT = 256


def too_long_notice(setup: Setup) -> Notice | None:
    """Return a warning that names the samples; None where each candidate reads all.

    None too where a candidate's context is not known: it may read them.
    """
    listed = setup.document.get("candidates") or ()
    contexts = [_context(setup, one) for one in listed]
    known = [one for one in contexts if one is not None]
    if setup.sample_set is None or not known or len(known) < len(contexts):
        return None
    found = too_long(
        map(row_of, evaluation_samples(setup.sample_set).iterator()),
        known,
        str(setup.document.get("prompt") or "{input}"),
        int(setup.document.get("max_output_tokens") or DEFAULT_OUTPUT),
    )
    if not found:
        return None
    rows = ", ".join(formats.number(one.row) for one in found[:LISTED])
    more = ", …" if len(found) > LISTED else ""
    return Notice(
        kind="warn",
        icon="warn",
        title=f"{formats.count(len(found), 'sample')} too long for every candidate.",
        text=f"Rows {rows}{more} take more than {formats.number(max(known))} tokens"
        " with prompt and answer. Shorten them, or add a candidate with a longer"
        " context.",
    )


def _context(setup: Setup, entry: Mapping[str, Any]) -> int | None:
    if entry.get("context_tokens"):
        return int(entry["context_tokens"])
    named = entry.get("card") or entry.get("model")
    card = card_by_name(setup.project.team, named) if named else None
    return card.context_tokens if card else None
