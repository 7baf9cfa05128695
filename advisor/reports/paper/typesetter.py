"""How does a report become a PDF? Typst in this process, which then ends.

Reads the report's values as JSON from standard input and writes the PDF to standard
output. Run as ``python -m advisor.reports.paper.typesetter`` by `rendering`, under
limits of memory and processor time. No network, no packages, and the template is the
only file that it may read.
"""

import json
import re
import sys
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from fontTools.ttLib import TTFont

from advisor.web.plain import visible

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
UNKNOWN = "\ufffd"
LONGEST_WORD = 60
KEEP_AS_THEY_ARE = frozenset({"svg"})


@cache
def known_characters() -> frozenset[int]:
    """Return the code points that both weights of the report's font can show."""
    faces = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")
    maps = [set(TTFont(FONTS / face).getBestCmap()) for face in faces]
    return frozenset(set.intersection(*maps) | {0x0A, 0x200B})


def printable(text: str) -> str:
    """Return ``text`` that the font can show and the page can hold.

    PDF/UA refuses a character without glyph, and a word longer than the line would run
    off the page.
    """
    known = known_characters()
    spelled = visible(text)
    shown = "".join(sign if ord(sign) in known else UNKNOWN for sign in spelled)
    return re.sub(
        rf"\S{{{LONGEST_WORD},}}",
        lambda word: "\u200b".join(
            word[0][start : start + 20] for start in range(0, len(word[0]), 20)
        ),
        shown,
    )


def cleaned(value: Any, key: str = "") -> Any:
    """Return the report's values with every text printable."""
    if isinstance(value, str):
        return value if key in KEEP_AS_THEY_ARE else printable(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {name: cleaned(item, name) for name, item in value.items()}
    return value


def typeset(report: dict[str, Any]) -> bytes:
    """Return the tagged PDF (PDF/UA-1); the same bytes for the same values."""
    template = Path(__file__).with_name("report.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
    stamp = datetime.fromisoformat(report["stamp"]).astimezone(UTC)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(template)
        pdf: bytes = typst.compile(
            root / "report.typ",
            None,
            root,
            package_path=Path("/nonexistent"),
            format="pdf",
            sys_inputs={"data": json.dumps(cleaned(report))},
            font_paths=fonts,
            pdf_standards="ua-1",
            timestamp=int(stamp.timestamp()),
        )
    return pdf


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.load(sys.stdin)))
