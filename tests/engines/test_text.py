from pathlib import Path

import pytest
from tokenizers import Tokenizer

import advisor.builtin
from advisor.engines.text import (
    StrictJsonError,
    clean,
    estimate_tokens,
    most_tokens,
    read_json,
)

TOKENIZER = (
    Path(advisor.builtin.__file__).parent / "models/tickets-small/tokenizer.json"
)


def test_it_replaces_what_a_database_refuses():
    assert clean("a\x00b\ud800c\udfffd") == "a\ufffdb\ufffdc\ufffdd"


def test_it_keeps_every_other_character():
    text = "été 你好 🙂 \u202e\u200b\t\n"
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("é" * 4, 2)]
)
def test_it_estimates_four_bytes_a_token_rounded_up(text, tokens):
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": -Infinity}', "-Infinity is not JSON"),
        ('{"a": 1e999}', "too large"),
        ('{"a": 1, "a": 2}', 'the key "a" is given twice'),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5000, "too long"),
        ('{"a": 1,}', "at line 1, column 9"),
        (b"\xff\xfe\xfa", "not UTF-8"),
    ],
)
def test_it_refuses_what_is_not_json(text, says):
    with pytest.raises(StrictJsonError, match=says):
        read_json(text)


def test_it_reads_json():
    assert read_json('{"a": [1, 2.5, null, "x"]}') == {"a": [1, 2.5, None, "x"]}


@pytest.mark.parametrize(
    "text",
    ["", "Where is my parcel?", "3.14159 26535 89793", "नमस्ते", "🦉🦉", "中文" * 40],
)
def test_no_tokenizer_of_bytes_makes_more_tokens_than_foreseen(text):
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    made = len(tokenizer.encode(text, add_special_tokens=True).ids)
    assert estimate_tokens(text) <= most_tokens(text)
    assert made <= most_tokens(text) <= made + 64 + len(text.encode())
