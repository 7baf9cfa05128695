"""Which sign separates the fields of a CSV file?"""

import csv
import io

from advisor.projects.parsing.values import Findings, refused

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LOOKED_AT = 60  # rows


def choose_separator(text: str, kind: str, notes: Findings) -> str:
    """Return the sign that splits the rows most evenly; raises Refused on a tie."""
    if kind == "tsv":
        return "\t"
    found = {sign: _evenness(text, sign) for sign in NAMES}
    best = max(found.values())
    if best[1] <= 1:
        return ","
    equals = [sign for sign, value in found.items() if value == best]
    if len(equals) > 1:
        names = " or ".join(NAMES[sign] for sign in equals)
        wrong = f"The separator could be {names}."
        raise refused("unclear_separator", wrong, "Choose one.")
    if equals[0] != ",":
        notes.notes.append(f"Fields are separated by {NAMES[equals[0]]}.")
    return equals[0]


def _evenness(text: str, sign: str) -> tuple[float, int]:
    """Return the share of rows with as many fields as the header, and that count."""
    counts = []
    lines = io.StringIO(text[:200_000], newline="")
    try:
        for cells in csv.reader(lines, delimiter=sign, strict=True):
            if any(cell.strip() for cell in cells):
                counts.append(len(cells))
            if len(counts) >= LOOKED_AT:
                break
    except csv.Error:
        # The cut may fall into a quoted field; what was read so far is enough.
        counts = counts or [1]
    if not counts or counts[0] == 1:
        return 0.0, 1
    return sum(count == counts[0] for count in counts) / len(counts), counts[0]
