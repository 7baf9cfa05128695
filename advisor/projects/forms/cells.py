"""What was typed into cells of a file? A field is called after its row and column."""

from collections.abc import Mapping

from advisor.projects.parsing.corrections import LONGEST, Cells
from advisor.projects.parsing.decoding import clean


def typed_cells(
    posted: Mapping[str, str], offered: Mapping[str, Mapping[str, str]]
) -> Cells:
    """Return the texts that differ from what was ``offered``, by row and column.

    What was not offered is not taken; a text ends at the length of a cell.
    """
    found: Cells = {}
    for row, cells in offered.items():
        for column, before in cells.items():
            text = _plain(posted.get(f"cell:{row}:{column}", before))
            if text != before:
                found.setdefault(row, {})[column] = text[:LONGEST]
    return found


def typed_answers(posted: Mapping[str, str]) -> dict[str, str]:
    """Return the expected answers that were typed, by the ids of their samples."""
    return {
        name.removeprefix("expected:"): _plain(text)
        for name, text in posted.items()
        if name.startswith("expected:")
    }


def _plain(text: str) -> str:
    """Return a typed text as samples hold it: plain line ends, nothing unreadable."""
    return clean(text.replace("\r\n", "\n"))[0]
