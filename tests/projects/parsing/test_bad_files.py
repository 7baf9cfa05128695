"""Every bad file gets an answer that names the place and the remedy, never a crash.

The numbers are those of the list of bad inputs in the project's reliability notes.
"""

import codecs
import gzip
import io
import json
import zipfile

import pytest

from advisor.projects.parsing import Options, parse_table
from advisor.projects.parsing.corrections import typed_value
from advisor.projects.parsing.values import Findings

HEAD = "input,expected\n"
ROWS = "".join(f"question {n},answer {n}\n" for n in range(40))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("tickets.csv", HEAD)
    return stream.getvalue()


def only_problem(data, name, **options):
    table = parse_table(data, name, Options(**options))
    assert len(table.errors) == 1, [p.message for p in table.problems]
    return table.errors[0]


def csv(*lines):
    return (HEAD + "\n".join(lines) + "\n").encode()


ANY_FILE = [
    ("1", b"", "a.csv", "The file is empty."),
    ("2", b"a" * 26_000_000, "a.csv", "25 MB is the limit; this file has 26.0 MB."),
    ("3", b"MZ\x90", "a.exe", "Use CSV, TSV, JSONL, JSON or XLSX."),
    ("3b", b"data", "noending", "Use CSV, TSV, JSONL, JSON or XLSX."),
    ("4", PNG, "a.csv", "This is a PNG image, not CSV text."),
    ("6", csv("a,b"), "a.xlsx", "This is not an Excel file."),
    ("7", OLE, "a.xls", "Save as .xlsx without password."),
    ("7b", OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "It is encrypted."),
    ("8", b"%PDF-1.7 ...", "a.csv", "This is a PDF document"),
    ("9", gzip.compress(b"x"), "a.csv", "Upload the file unpacked."),
    ("9b", zipped(), "a.csv", "Upload the file unpacked."),
    ("9c", b"7z\xbc\xaf\x27\x1c...", "a.jsonl", "Upload the file unpacked."),
    ("10", b"\n<!DOCTYPE html><p>404", "a.csv", "This looks like a web page"),
    ("11", b"input,expected\na\x00b,c\n", "a.csv", "binary data at byte 16"),
    ("76", b"PK\x03\x04...", "a.xlsm", "Save as .xlsx without macros."),
]
ENCODINGS = [
    ("17", HEAD + "ok,a\nGrüße,b\n", "latin-1", "looks like Windows-1252", 3),
    ("20", HEAD + "a,b\n", "utf-16-le", "It may be UTF-16 without a mark", None),
    ("21", HEAD + "送料はいくら,料金\n" * 9, "shift_jis", "looks like Shift-JIS", 2),
]
CSV = [
    ("27", HEAD.encode(), "No rows below the header.", None),
    ("29", b"text,text\na,b\n", "Column “text” appears twice.", 1),
    ("31", (",".join(f"c{n}" for n in range(65)) + "\n").encode(), "64 columns", None),
    ("33", csv("a,b", "only"), "Row 3 has 1 of 2 fields.", 3),
    ("34", csv("a,b", "c,d", "x,y,z"), "Row 4 has 3 of 2 fields.", 4),
    ("35", csv("a,b", '"open,c', "d,e"), "A quote opened in row 3 is never closed.", 3),
    ("36", csv("a,b", '"mid"dle,c'), "A quote stands in the middle of a field.", 3),
    ("37", csv("a," + "x" * 33 * 1024), "The field has 33 KiB; 32 KiB", 2),
    ("38", csv("a," + "x" * 10_000_000), "A field is longer than 32 KiB.", 2),
    ("39", b"x" * 24_000_000, "A field is longer than 32 KiB.", 1),
]
JSONL = [
    ("49", '[{"input": "a"}]', "This is one JSON array; one object per line", None),
    ("51a", '{"input": "a",}', "There is a comma too many", 1),
    ("51b", "{'input': 'a'}", "JSON wants double ones", 1),
    ("51c", '{"input": "a"} // why', "Something follows", 1),
    ("53a", '{"input": "a"}\n7', "Line 2 is not an object.", 2),
    ("53b", '{"input": "a"}\n\n"x"', "Line 3 is not an object.", 3),
    ("53c", "null", "Line 1 is not an object.", 1),
    ("57", '{"id": "1", "id": "2"}', "Key “id” stands there twice.", 1),
    ("58", '{"input": NaN}', "NaN is not valid JSON.", 1),
    ("59", '{"input": 1e999}', "too large", 1),
    ("60", '{"input": ' + "9" * 5000 + "}", "A number is too large.", 1),
    ("61", '{"input": ' + "[" * 100_000, "nested deeper than 32", 1),
    ("67", '{"input": "a"} {"input": "b"}', "Something follows the first value.", 1),
    ("56", '{"Input": "a"}\n{"input": "b"}', "differ only in case or spaces", None),
]


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [case[1:] for case in ANY_FILE],
    ids=[case[0] for case in ANY_FILE],
)
def test_a_file_of_the_wrong_kind_is_named(data, name, told):
    assert told in only_problem(data, name).message


@pytest.mark.parametrize(
    ("text", "encoding", "told", "row"),
    [case[1:] for case in ENCODINGS],
    ids=[case[0] for case in ENCODINGS],
)
def test_an_unknown_encoding_is_shown_and_never_guessed(text, encoding, told, row):
    problem = only_problem(text.encode(encoding), "a.csv")

    assert told in problem.message
    assert problem.row == row


@pytest.mark.parametrize(
    ("data", "told", "row"), [case[1:] for case in CSV], ids=[case[0] for case in CSV]
)
def test_a_bad_csv_names_the_row(data, told, row):
    problem = only_problem(data, "a.csv")

    assert told in problem.message
    assert problem.row == row


@pytest.mark.parametrize(
    ("text", "told", "line"),
    [case[1:] for case in JSONL],
    ids=[case[0] for case in JSONL],
)
def test_a_bad_json_line_names_the_line(text, told, line):
    problem = only_problem(text.encode(), "a.jsonl")

    assert told in problem.message
    assert problem.row == line


def test_a_latin_1_row_is_previewed_and_read_when_chosen():
    data = (HEAD + "Grüße,b\n").encode("latin-1")

    assert only_problem(data, "a.csv").found == "Grüße,b"
    table = parse_table(data, "a.csv", Options(encoding="windows-1252"))
    assert table.column("input") == ("Grüße",)
    assert table.notes == ("Read as Windows-1252, as chosen.",)


@pytest.mark.parametrize("raw", [b"\xc0\xaf", b"\xed\xa0\x80"])
def test_overlong_and_surrogate_bytes_are_refused_with_their_place(raw):
    problem = only_problem(HEAD.encode() + b"a" + raw + b",b\n", "a.csv")

    assert "Byte 16 is an overlong or surrogate form" in problem.message


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + csv("a,b"),
        codecs.BOM_UTF16_LE + (HEAD + "a,b\n").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + (HEAD + "a,b\n").encode("utf-16-be"),
        b"input,expected\ra,b\r",
        b"input;expected\na;b\n",
        b"sep=;\ninput;expected\na;b\n",
        b"input\texpected\na\tb\n",
        b"input|expected\na|b\n",
        b"input,expected\n\n,\na,b\n\n",
    ],
)
def test_harmless_variants_are_understood(data):
    table = parse_table(data, "a.csv")

    assert table.errors == ()
    assert table.columns == ("input", "expected")
    assert table.column("input") == ("a",)


def test_the_limit_of_rows_is_named():
    data = (HEAD + "a,b\n" * 20_001).encode()

    assert "20,000 rows are the limit" in only_problem(data, "a.csv").message


def test_a_separator_that_could_be_two_is_asked_for():
    data = b"a,b;c\n1,2;3\n"

    assert "comma or semicolon" in only_problem(data, "a.csv").message
    assert parse_table(data, "a.csv", Options(delimiter=";")).columns == ("a,b", "c")


def test_newlines_in_quoted_fields_keep_the_row_count_right():
    table = parse_table(csv('"two\nlines",b', "c,d"), "a.csv")

    assert [row.number for row in table.rows] == [2, 3]
    assert table.rows[0].values == ("two\nlines", "b")


def test_all_ragged_rows_are_listed_at_once_or_skipped_when_chosen():
    data = csv("a,b", "x", "c,d", "y,z,w")

    assert [p.row for p in parse_table(data, "a.csv").errors] == [3, 5]
    skipped = parse_table(data, "a.csv", Options(skip_bad_rows=True))
    assert skipped.errors == ()
    assert len(skipped.rows) == 2
    assert "2 rows" in skipped.notes[0]


def test_every_row_may_have_its_problem():
    table = parse_table(csv(*["x"] * 300), "a.csv")

    assert [one.row for one in table.errors] == list(range(2, 302))


def test_problems_beyond_the_limit_of_rows_are_counted():
    findings = Findings()
    for row in range(20_100):
        findings.add("x", "No.", row=row)

    assert len(findings.listed()) == 20_001
    assert findings.listed()[-1].wrong == "100 more problems are not listed."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"input,\na,b\n", "empty_header"),
        (b"18,billing\n19,refund\n", "header_is_data"),
        (b"input,expected\r\na,b\nc,d\n", "mixed_line_ends"),
        (csv("a," + "x" * 9 * 1024), "field_long"),
    ],
)
def test_what_may_be_meant_is_a_warning(data, code):
    table = parse_table(data, "a.csv")

    assert table.errors == ()
    assert code in [problem.code for problem in table.problems]


def test_a_column_without_a_name_gets_one():
    assert parse_table(b"input,\na,b\n", "a.csv").columns == ("input", "column_2")


def test_formulas_stay_text():
    table = parse_table(csv("=cmd|' /C calc'!A0,b"), "a.csv")

    assert table.column("input") == ("=cmd|' /C calc'!A0",)


def test_one_bad_line_of_a_thousand_is_named_and_the_rest_kept():
    lines = [json.dumps({"input": f"q{n}"}) for n in range(1000)]
    lines[499] = '{"input": '

    data = "\n".join(lines).encode()
    table = parse_table(data, "a.jsonl")

    assert [problem.row for problem in table.errors] == [500]
    assert len(table.rows) == 999
    assert parse_table(data, "a.jsonl", Options(skip_bad_rows=True)).errors == ()


def test_an_array_in_jsonl_is_read_when_chosen():
    table = parse_table(b'[{"input": "a"}]', "a.jsonl", Options(read_as_array=True))

    assert table.column("input") == ("a",)


def test_json_lines_called_json_are_recognised():
    problem = only_problem(b'{"input": "a"}\n{"input": "b"}', "a.json")

    assert "rename it to .jsonl" in problem.message


def test_one_json_object_is_no_list_of_samples():
    assert "a list of objects" in only_problem(b'{"samples": []}', "a.json").message


def test_a_million_keys_are_refused():
    data = b'{"k":1' + b',"k":1' * 999_999 + b"}"

    problem = only_problem(data, "a.jsonl")

    assert "1,000,000 keys; 1,000 is the limit" in problem.message


def test_surrogates_and_nul_in_escapes_are_replaced_with_a_warning():
    data = b'{"input": "a\\ud800b", "expected": {"k\\u0000": "\\udfff"}}'

    table = parse_table(data, "a.jsonl")

    assert table.rows[0].values == ("a\ufffdb", {"k\ufffd": "\ufffd"})
    assert [problem.code for problem in table.problems] == ["replaced"]
    assert "3 unreadable" in table.problems[0].wrong


def test_integers_beyond_the_exact_range_stay_text():
    table = parse_table(b'{"input": "a", "expected": 9007199254740993}', "a.jsonl")

    assert table.column("expected") == ("9007199254740993",)


def test_keys_that_some_lines_lack_are_noted():
    table = parse_table(b'{"input": "a"}\n{"input": "b", "vip": true}', "a.jsonl")

    assert table.notes == ("Not every line has: vip.",)
    assert table.column("vip") == (None, True)


def test_prototype_keys_are_plain_data():
    table = parse_table(b'{"input": "a", "__proto__": "x"}', "a.jsonl")

    assert table.columns == ("input", "__proto__")


def test_a_hostile_file_name_does_no_harm():
    for name in (
        "../../x.csv",
        "CON.csv",
        "\u202egpj.csv",
        "a\nb.csv",
        "x" * 4000 + ".csv",
    ):
        assert parse_table(csv("a,b"), name).errors == ()


def test_what_was_found_is_shown_on_one_short_line():
    problem = only_problem(('{"input": "\x1b[31m' + "x" * 500).encode(), "a.jsonl")

    assert problem.found is not None
    assert len(problem.found) <= 80
    assert problem.found.isprintable()


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"row": 17, "column": "answer"}, 'row 17, column "answer"'),
        ({"row": 1234, "unit": "line"}, "line 1,234"),
        ({}, ""),
    ],
)
def test_a_place_reads_like_a_place(place, text):
    from advisor.projects.parsing import Problem

    assert Problem(code="x", wrong="No.", **place).place == text


@pytest.mark.parametrize("blank", ["\n", ";;\n", "\n\n  \n"])
def test_blank_rows_above_the_header_are_no_header(blank):
    table = parse_table(f"{blank}input;expected\na;b\n".encode(), "a.csv")

    assert table.columns == ("input", "expected")
    assert [row.values for row in table.rows] == [("a", "b")]
    assert not table.errors


def test_a_file_of_blank_rows_has_no_rows():
    assert only_problem(b"\n\n\n", "a.csv").code == "no_rows"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2.5", 2.5),
        ('["a"]', ["a"]),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("[" * 3_000, "[" * 3_000),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('["\\u0000"]', ["\ufffd"]),
        ("a\x00", "a\ufffd"),
        ("", None),
    ],
)
def test_what_is_typed_in_a_values_place_is_read_as_strictly_as_a_file(typed, kept):
    assert typed_value(typed, 1.5) == kept
