"""What kind of file is this, by its name and by its first bytes?

The name says what the user means; the bytes say what it is. Where they differ the
file is refused with the name of what it is, so that nobody debugs a PNG as CSV.
"""

import io
import struct
import zipfile
from pathlib import PurePosixPath

from advisor.projects.parsing import limits
from advisor.projects.parsing.values import Refused, refused

KINDS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
USE = "Use CSV, TSV, JSONL, JSON or XLSX."
MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"{\\rtf", "an RTF document"),
    (b"PAR1", "a Parquet file"),
)
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
TEXT_KINDS = ("csv", "tsv", "json", "jsonl")


def kind_of(data: bytes, filename: str) -> str:
    """Return csv, tsv, json, jsonl, xlsx or parquet; raises Refused otherwise."""
    if not data:
        raise refused("empty_file", "The file is empty.", "Choose another file.")
    if len(data) > limits.FILE_BYTES:
        raise refused(
            "file_too_large",
            f"25 MB is the limit; this file has {len(data) / 1e6:.1f} MB.",
            "Split it, or leave out columns that are not needed.",
        )
    suffix = PurePosixPath(filename.strip().lower()).suffix
    _refuse_office_files(data, suffix)
    kind = KINDS.get(suffix)
    if kind is None:
        shown = suffix or "no ending"
        raise refused(
            "unknown_type", f"A file of this type ({shown}) is not read.", USE
        )
    _refuse_disguise(data, kind)
    return kind


def _refuse_office_files(data: bytes, suffix: str) -> None:
    if data.startswith(OLE):
        secret = " It is encrypted." if ENCRYPTED in data else ""
        wrong = f"This is an old or protected Excel file.{secret}"
        raise refused("old_excel", wrong, "Save as .xlsx without password.")
    if suffix in (".xls", ".xlsm", ".xlsb"):
        wrong = f"Excel files of this type ({suffix}) are not read."
        raise refused("excel_type", wrong, "Save as .xlsx without macros.")


def _refuse_disguise(data: bytes, kind: str) -> None:
    name = next((name for magic, name in MAGIC if data.startswith(magic)), None)
    if name == "a Parquet file" and kind == "parquet":
        return
    if name:
        packed = "archive" in name
        remedy = "Upload the file unpacked." if packed else USE
        wrong = f"This is {name}, not {kind.upper()} text."
        raise refused("wrong_type", wrong, remedy)
    if data.startswith(b"PK\x03\x04"):
        if kind != "xlsx":
            raise _zip_refused(data)
        return
    if kind in ("xlsx", "parquet"):
        wrong = f"This is not {'an Excel' if kind == 'xlsx' else 'a Parquet'} file."
        raise refused(
            "wrong_type", wrong, "If it is text, rename it to .csv or .jsonl."
        )
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        wrong = "This looks like a web page, not data."
        raise refused("web_page", wrong, "Download the file itself and try again.")


def _zip_refused(data: bytes) -> Refused:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            is_excel = "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, struct.error, OSError, ValueError):
        is_excel = False
    if is_excel:
        wrong = "This is an Excel file."
        return refused("wrong_type", wrong, "Rename it to .xlsx.")
    return refused("wrong_type", "This is a zip archive.", "Upload the file unpacked.")
