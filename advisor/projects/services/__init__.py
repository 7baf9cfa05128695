"""What may be done with projects? One verb each; every write is a transaction."""

from advisor.projects.services.drafting import (
    create_project,
    move_limits,
    next_draft,
    open_draft,
    rename_project,
    save_draft,
    unsaved_draft,
)
from advisor.projects.services.ending import end_with_team
from advisor.projects.services.freezing import contents_of, freeze, known_names
from advisor.projects.services.models_in_draft import (
    add_model,
    open_endpoint,
    remove_model,
)
from advisor.projects.services.reading import (
    Reading,
    read_samples,
    take_pack,
    take_samples,
)
from advisor.projects.services.storing import store_samples, store_upload

__all__ = [
    "Reading",
    "add_model",
    "contents_of",
    "create_project",
    "end_with_team",
    "freeze",
    "known_names",
    "move_limits",
    "next_draft",
    "open_draft",
    "open_endpoint",
    "read_samples",
    "remove_model",
    "rename_project",
    "save_draft",
    "store_samples",
    "store_upload",
    "take_pack",
    "take_samples",
    "unsaved_draft",
]
