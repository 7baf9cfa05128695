"""Which characters do these bytes mean?

UTF-8, or UTF-16 with a byte order mark. Anything else is never guessed silently: the
problem shows the row read as another encoding, and the user chooses.
"""

import codecs
import re
from typing import Any

from advisor.projects.parsing.values import Findings, excerpt, refused

OFFERED = {
    "windows-1252": ("cp1252", "Windows-1252"),
    "shift_jis": ("cp932", "Shift-JIS"),
    "gb18030": ("gb18030", "GB18030"),
}
UNREADABLE = re.compile("[\x00\ud800-\udfff]")
INVISIBLE = re.compile("[\\s\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad]+")


def decode(data: bytes, encoding: str | None, findings: Findings) -> str:
    """Return the text of ``data`` without a byte order mark; raises Refused."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.notes.append("Read as UTF-16.")
        return _utf16(data)
    data = data.removeprefix(codecs.BOM_UTF8)
    _refuse_binary(data)
    if encoding in OFFERED:
        codec, name = OFFERED[encoding]
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            row = _row_at(data, error.start)
            wrong = f"Byte {error.start:,} is not {name}."
            raise refused(
                "wrong_encoding", wrong, "Choose another.", row=row
            ) from error
        findings.notes.append(f"Read as {name}, as chosen.")
        return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_encoding(data, error.start)
        raise


def clean(text: str) -> tuple[str, int]:
    """Return ``text`` with NUL and lone surrogates replaced by U+FFFD, and how many."""
    return UNREADABLE.subn("\ufffd", text)


def clean_value(value: Any) -> tuple[Any, int]:
    """Return a JSON value with every text and key cleaned, and how many replaced."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        cleaned = [clean_value(child) for child in value]
        return [child for child, _ in cleaned], sum(count for _, count in cleaned)
    if isinstance(value, dict):
        result, total = {}, 0
        for key, child in value.items():
            (name, in_key), (kept, in_child) = clean(key), clean_value(child)
            result[name] = kept
            total += in_key + in_child
        return result, total
    return value, 0


def looks_empty(text: str) -> bool:
    """Return True when nothing in ``text`` can be seen."""
    return not INVISIBLE.sub("", text)


def note_line_ends(text: str, findings: Findings) -> None:
    """Warn when a file mixes line ends of several systems."""
    kinds = set(re.findall(r"\r\n|\r|\n", text))
    if len(kinds) > 1:
        wrong = "The file mixes line ends of several systems."
        findings.warn("mixed_line_ends", wrong, "Check that the rows are right.")


def _utf16(data: bytes) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError as error:
        wrong = f"The file is not valid UTF-16 at byte {error.start:,}."
        raise refused("wrong_encoding", wrong, "Save it as UTF-8.") from error


def _refuse_binary(data: bytes) -> None:
    at = data.find(b"\x00")
    if at < 0:
        return
    wide = data[:2_000].count(b"\x00") > len(data[:2_000]) / 4
    hint = "It may be UTF-16 without a mark: save it as UTF-8." if wide else ""
    wrong = f"The file contains binary data at byte {at:,}."
    raise refused("binary", wrong, hint or "Save it as text in UTF-8.")


def _refuse_encoding(data: bytes, at: int) -> None:
    row = _row_at(data, at)
    if data[at] in (0xC0, 0xC1) or (data[at] == 0xED and data[at + 1 :][:1] >= b"\xa0"):
        wrong = f"Byte {at:,} is an overlong or surrogate form, which UTF-8 forbids."
        raise refused("not_utf8", wrong, "Save the file as UTF-8 again.", row=row)
    line = data[data.rfind(b"\n", 0, at) + 1 :].split(b"\n", 1)[0]
    fits = [name for name, (codec, _) in OFFERED.items() if _decodes(data, codec)]
    if not fits:
        wrong = f"Not UTF-8 at byte {at:,}."
        raise refused("not_utf8", wrong, "Save the file as UTF-8.", row=row)
    likely = _likeliest(data[at:], fits)
    codec, name = OFFERED[likely]
    others = ", ".join(OFFERED[other][1] for other in fits if other != likely)
    choice = f" or read it as {others}" if others else ""
    raise refused(
        "not_utf8",
        f"Not UTF-8; looks like {name}.",
        f"Save the file as UTF-8, or read it as {name}{choice}.",
        row=row,
        found=excerpt(line.decode(codec, "replace")),
    )


def _likeliest(data: bytes, fits: list[str]) -> str:
    """Prefer an East Asian reading where nearly all high bytes come in pairs."""
    high = re.findall(rb"[\x80-\xff]+", data[:20_000])
    paired = sum(len(run) for run in high if len(run) >= 4)
    if paired > 0.8 * sum(map(len, high)):
        return next((name for name in fits if name != "windows-1252"), fits[0])
    return fits[0]


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _row_at(data: bytes, at: int) -> int:
    before = data[:at]
    return before.count(b"\n") + 1 if b"\n" in data else before.count(b"\r") + 1
