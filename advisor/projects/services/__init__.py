"""What may be done with projects? One verb each; every write is a transaction."""

from advisor.projects.services.answers import Unscored, correct_expected, unscored
from advisor.projects.services.archiving import archive, restore
from advisor.projects.services.drafting import (
    DraftFrozen,
    create_project,
    go_on_typing,
    ground_of,
    hold_draft,
    keep_typed,
    move_limits,
    next_draft,
    open_draft,
    rename_project,
    save_draft,
    unsaved_draft,
)
from advisor.projects.services.ending import end_with_team
from advisor.projects.services.freezing import (
    check_again,
    contents_of,
    freeze,
    known_names,
)
from advisor.projects.services.intakes import (
    claim_intake,
    drop_intake,
    due_intakes,
    is_small,
    open_intake,
    work_intake,
)
from advisor.projects.services.models_in_draft import (
    add_model,
    open_endpoint,
    remove_model,
)
from advisor.projects.services.reading import (
    Reading,
    guessed,
    mask_samples,
    read_samples,
    set_tuning_share,
    take_pack,
    take_samples,
)
from advisor.projects.services.storing import store_samples, store_upload

__all__ = [
    "DraftFrozen",
    "Reading",
    "Unscored",
    "add_model",
    "archive",
    "check_again",
    "claim_intake",
    "contents_of",
    "correct_expected",
    "create_project",
    "drop_intake",
    "due_intakes",
    "end_with_team",
    "freeze",
    "go_on_typing",
    "ground_of",
    "guessed",
    "hold_draft",
    "is_small",
    "keep_typed",
    "known_names",
    "mask_samples",
    "move_limits",
    "next_draft",
    "open_draft",
    "open_endpoint",
    "open_intake",
    "read_samples",
    "remove_model",
    "rename_project",
    "restore",
    "save_draft",
    "set_tuning_share",
    "store_samples",
    "store_upload",
    "take_pack",
    "take_samples",
    "unsaved_draft",
    "unscored",
    "work_intake",
]
