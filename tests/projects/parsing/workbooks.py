"""Excel files for tests: real ones, and real ones with parts changed."""

import io
import zipfile
from collections.abc import Callable, Iterable

from openpyxl import Workbook

GOOD = [["input", "expected"], ["where is my card", "card_arrival"], ["hello", "greet"]]


def workbook(rows: Iterable[Iterable[object]] = GOOD, **sheets: str) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for title, state in sheets.items():
        book.create_sheet(title).sheet_state = state
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(
    data: bytes, name: str, change: Callable[[bytes], bytes], method: int = 8
) -> bytes:
    """Rewrite one part of a zip; a part that is not there is added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == name:
                content = change(content)
            new.writestr(entry.filename, content, compress_type=method)
        if name not in old.namelist():
            new.writestr(name, change(b""), compress_type=method)
    return stream.getvalue()
