"""What a table of a page says: a list of cells for each row, without markup."""

import re
from html import unescape

TAG = re.compile(r"<[^>]+>")
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd]\b.*?</t[hd]>", re.DOTALL)


def rows_of(html: str, look: str = "table") -> dict[str, list[str]]:
    """The rows of the first table of a class, by their first cell."""
    start = re.search(rf'<table class="[^"]*\b{look}\b[^"]*"', html)
    assert start is not None, f"There is no table {look} on the page."
    body = html[start.start() : html.index("</table>", start.start())]
    found = [[text_of(cell) for cell in CELL.findall(row)] for row in ROW.findall(body)]
    return {row[0]: row[1:] for row in found[1:]}


def text_of(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())
