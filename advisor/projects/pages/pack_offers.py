"""Which sample packs ship, and what does the button of each say?"""

from dataclasses import dataclass

from advisor import builtin

WORDS = {"tickets": "Use the built-in support tickets"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOffer:
    """One pack: the name that is sent and the words of its button."""

    name: str
    words: str


def pack_offers() -> tuple[PackOffer, ...]:
    """Return every pack, in the order in which they ship."""
    return tuple(
        PackOffer(name=name, words=WORDS.get(name, title))
        for name, title in builtin.pack_titles().items()
    )
