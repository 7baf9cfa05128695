"""Personal data and keys are found by pattern and check digit, and never shown whole.

Numbers are published examples of their issuers or made up to pass the check digit.
"""

import pytest

from advisor.projects.parsing import SampleRow
from advisor.projects.parsing.flags import flags_of, masked_sample, summary_of
from advisor.projects.parsing.personal import find_personal, masked, shown, veiled

FOUND = [
    ("e-mail", "ann.lee@mail.example.org"),
    ("phone", "+49 30 1234 5678"),
    ("phone", "(030) 1234-5678"),
    ("phone", "555-123-4567"),
    ("account", "DE89 3704 0044 0532 0130 00"),
    ("account", "GB82WEST12345698765432"),
    ("account", "NO93 8601 1117 947"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5555-5555-5555-4444"),
    ("card", "378282246310005"),
    ("national id", "078-05-1120"),
    ("national id", "AB123456C"),
    ("national id", "12345678Z"),
    ("national id", "X1234567L"),
    ("national id", "RSSMRA85T10A562S"),
    ("national id", "1 85 05 78 006 084 91"),
    ("national id", "756.9217.0769.85"),
    ("national id", "85.07.30-033.28"),
    ("national id", "44051401359"),
    ("national id", "86095742719"),
    ("key", "sk-abcdefghijklmnop1234"),
    ("key", "sk-proj-abc_DEF-0123456789"),
    ("key", "AKIAABCDEFGHIJKLMNOP"),
    ("key", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
    ("key", "hf_abcdefghijklmnopqrstuvwxyzABCDEF"),
    ("key", "AIza0123456789abcdefghijABCDEFGHIJ01234"),
    ("token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk"),
    ("private key", "-----BEGIN RSA PRIVATE KEY-----"),
]
NOT_FOUND = [
    "DE89 3704 0044 0532 0130 01",  # check digits
    "4111 1111 1111 1112",
    "order 1234567890123",
    "12345678A",
    "RSSMRA85T10A562T",
    "000-12-3456",
    "756.9217.0769.86",
    "44051401358",
    "eyJhbGciOiJIUzI1NiJ9 is a header",
    "eyJub3RoaW5nIjoxfQ.eyJzdWIiOiIxIn0.c2lnbmVk",  # no algorithm
    "on 2026-11-26 at 10:30 for 1,234.56",
    "version 1.2.3.4 of sk-learn",
    "@handle and a@b",
]


@pytest.mark.parametrize(("kind", "text"), FOUND, ids=[text[:20] for _, text in FOUND])
def test_it_is_found_in_a_sentence_and_taken_out(kind: str, text: str):
    sentence = f"Please note {text}, thanks."
    (found,) = find_personal(sentence)
    assert (found.kind.name, sentence[found.start : found.end]) == (kind, text)
    assert masked(sentence) == f"Please note [{kind}], thanks."


@pytest.mark.parametrize(("kind", "text"), FOUND, ids=[text[:20] for _, text in FOUND])
def test_what_is_shown_is_never_the_whole(kind: str, text: str):
    (found,) = find_personal(text)
    told = shown(text, found)
    assert "…" in told
    assert text not in veiled(f"It is {text}.")
    if kind != "private key":
        assert len(told) < len(text)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_alike_is_left(text: str):
    assert find_personal(text) == ()
    assert masked(text) == text


def test_finds_do_not_overlap_and_keep_their_order():
    text = "ann@example.org or +49 30 1234 5678, card 4111 1111 1111 1111"
    assert [one.kind.name for one in find_personal(text)] == ["e-mail", "phone", "card"]
    assert masked(text) == "[e-mail] or [phone], card [card]"


def test_flags_name_row_and_column():
    rows = [
        SampleRow(id="a", input="nothing here", row=2),
        SampleRow(id="b", input="ann@example.org", expected="x", row=3),
        SampleRow(id="c", input="x", expected={"mail": "bob@example.org"}, row=4),
    ]
    flags = list(flags_of(rows))
    assert [(one.row, one.column, one.shown) for one in flags] == [
        (3, "input", "a…@e….org"),
        (4, "expected", "b…@e….org"),
    ]
    summary = summary_of(flags)
    assert (summary["samples"], summary["kinds"]) == (2, {"e-mail addresses": 2})
    assert summary_of([]) == {}


def test_a_masked_sample_holds_nothing_any_more():
    row = SampleRow(
        id="a", input="ann@example.org", expected={"to": ["bob@example.org", 7]}, row=2
    )
    clean = masked_sample(row)
    assert (clean.input, clean.expected) == ("[e-mail]", {"to": ["[e-mail]", 7]})
    assert list(flags_of([clean])) == []


@pytest.mark.parametrize(
    "text", ["1" * 30_000, "a." * 15_000, "A" * 30_000, "a@" * 15_000, "+1 12 " * 5000]
)
def test_a_hostile_text_does_not_hang(text: str):
    assert masked(text)
