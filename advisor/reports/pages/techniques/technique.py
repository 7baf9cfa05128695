"""What is said of one technique, and on what does it rest?"""

from dataclasses import dataclass
from typing import Literal

from advisor.web.parts import Link, Tag

Basis = Literal["replayed", "published", "rule"]
TAGS = {
    "replayed": Tag("Replayed on your samples", "pass"),
    "published": Tag("Published range"),
    "rule": Tag("Rule of thumb"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """One technique for this project; ``advised`` or not, with the reason in ``note``.

    ``quality`` and ``cost`` are texts, empty where nothing is known of this project.
    """

    name: str
    what: str
    basis: Basis
    advised: bool
    quality: str = ""
    quality_note: str = ""
    cost: str = ""
    cost_note: str = ""
    effort: str = ""
    source: Link | None = None
    note: str = ""

    @property
    def tag(self) -> Tag:
        """Return on what the line rests."""
        return TAGS[self.basis]
