"""What a person reads: the text of a page in order, and the text of a PDF."""

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

from tests.services import require

BLANK = re.compile(r"[\s\u200b\u00ad]+")


class _Texts(HTMLParser):
    """Collects the texts inside the first element with a class, or all of them."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.depth = 0
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth and tag not in {"br", "img", "input", "meta", "link", "hr"}:
            self.depth += 1
        classes = (dict(attrs).get("class") or "").split()
        if not self.depth and (self.wanted in classes or tag == self.wanted):
            self.depth = 1
        if self.depth and tag in {"tr", "div", "h2", "p"}:
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        self.depth -= bool(self.depth)

    def handle_data(self, data: str) -> None:
        if self.depth and data.strip():
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(data.strip())


def texts(html: str, wanted: str) -> list[list[str]]:
    """The texts in elements of a class or tag, a list for each row or paragraph."""
    parser = _Texts(wanted)
    parser.feed(html)
    return [row for row in parser.rows if row]


def pdf_text(path: Path) -> str:
    """The text of a PDF in the order in which it was written."""
    done = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def needs_pdftotext() -> None:
    found = subprocess.run(["sh", "-c", "command -v pdftotext"], check=False)
    require(found.returncode == 0, "poppler-utils")


def squeezed(text: str) -> str:
    """Text without any blank: lines break differently on page and paper."""
    return BLANK.sub("", text)
