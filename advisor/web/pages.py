"""What do the pages that belong to no team say? One frozen dataclass a template."""

from dataclasses import dataclass, field

from advisor.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPage:
    """A page of prose: its title, and the links its top bar carries for guests."""

    title: str
    has_sign_in: bool = False
    top_links: tuple[Link, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePage:
    """An error page: what happened, what to do, and the reference to give."""

    title: str
    text: str
    way_on: Link
    reference: str = ""
    has_sign_in: bool = False
    top_links: tuple[Link, ...] = ()
