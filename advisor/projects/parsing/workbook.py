"""Is this workbook safe to open? Checked on the zip before any XML is parsed.

An .xlsx file is a zip of XML parts. Refused: bombs, by the unpacked size and the ratio
of each entry (100, as Apache POI has it); paths that leave the archive; links; archives
within; macros; passwords; parts that no workbook has; XML that declares entities.
"""

import io
import stat
import struct
import zipfile
import zlib

from advisor.projects.parsing import limits
from advisor.projects.parsing.values import refused

KNOWN = ("[Content_Types].xml", "_rels/", "docProps/", "xl/", "customXml/")
# What the zip module raises for damaged archives, beside its own error.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
BIG = f"It unpacks to more than {limits.UNPACKED_BYTES // 1_000_000} MB."
UNSAFE = "The workbook holds unsafe XML (it declares entities)."
SAVE_AGAIN = "Open it in a spreadsheet program and save it as .xlsx again."


def check_workbook(data: bytes) -> bool:
    """Return whether the sheets hold formulas; raises Refused for an unsafe file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_size(entries)
            for entry in entries:
                _check_entry(entry)
            return _read_parts(archive, entries)
    except DAMAGED as error:
        wrong = "The Excel file is damaged."
        raise refused("damaged_file", wrong, SAVE_AGAIN) from error


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ZIP_ENTRIES:
        wrong = f"The Excel file has {len(entries):,} parts; 1,000 is the limit."
        raise refused("too_many_parts", wrong, SAVE_AGAIN)
    if sum(entry.file_size for entry in entries) > limits.UNPACKED_BYTES:
        raise refused("unpacks_too_large", BIG, "Save the data as CSV.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise refused(
            "encrypted", "The file is encrypted.", "Save it without password."
        )
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        raise refused("unsafe_path", "A part of the file leads out of it.", SAVE_AGAIN)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refused("unsafe_link", "A part of the file is a link.", SAVE_AGAIN)
    if "vbaproject" in name.lower():
        raise refused(
            "macros", "The file holds macros.", "Save as .xlsx without macros."
        )
    if not name.startswith(KNOWN):
        raise refused("unknown_part", "A part belongs to no workbook.", SAVE_AGAIN)
    packed = max(1, entry.compress_size)
    large = entry.file_size > limits.ZIP_RATIO_FROM
    if large and entry.file_size / packed > limits.ZIP_RATIO:
        wrong = f"A part unpacks to {entry.file_size / packed:,.0f} times its size."
        raise refused("zip_bomb", f"{wrong} {BIG}", "Save the data as CSV.")


def _read_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bool:
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise refused("no_workbook", "This zip is no Excel workbook.", SAVE_AGAIN)
    formulas = False
    for entry in entries:
        # Reading to the end also checks the CRC.
        part = archive.read(entry)
        if part.startswith(ARCHIVES):
            raise refused("nested_archive", "A part is an archive.", SAVE_AGAIN)
        if entry.filename.endswith((".xml", ".rels")):
            _check_xml(part)
        if entry.filename.startswith("xl/worksheets/"):
            formulas = formulas or b"<f>" in part or b"<f " in part
    return formulas


def _check_xml(part: bytes) -> None:
    head = part[:4_096]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head
    if wide or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise refused("unsafe_xml", UNSAFE, SAVE_AGAIN)
