"""What may be done with projects? One verb each; every write is a transaction."""

from advisor.projects.services.drafting import create_project, open_draft, save_draft
from advisor.projects.services.freezing import contents_of, freeze, known_names
from advisor.projects.services.storing import store_samples, store_upload

__all__ = [
    "contents_of",
    "create_project",
    "freeze",
    "known_names",
    "open_draft",
    "save_draft",
    "store_samples",
    "store_upload",
]
