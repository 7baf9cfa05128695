"""The hash of a sample set: what changes it, and what does not."""

from advisor.projects.parsing import SampleRow, sha256_of_samples

A = SampleRow(id="a", input="where is my card", expected="card_arrival", row=2)
B = SampleRow(id="b", input="hello", expected={"y": 1, "x": 2}, tags=("t", "s"))


def test_the_order_of_rows_keys_and_tags_does_not_count():
    same = SampleRow(id="b", input="hello", expected={"x": 2, "y": 1}, tags=("s", "t"))

    assert sha256_of_samples([A, B]) == sha256_of_samples([same, A])


def test_the_hash_never_changes_between_versions():
    assert sha256_of_samples([A, B]) == (
        "42c39ec4f77d81cfcc9d60adbf3e10ad0ae3592129673d589c13cfd5b13908ec"
    )


def test_any_content_counts():
    changes = [
        SampleRow(id="a2", input=A.input, expected=A.expected),
        SampleRow(id="a", input="Where is my card", expected=A.expected),
        SampleRow(id="a", input=A.input, expected="other"),
        SampleRow(id="a", input=A.input, expected=A.expected, group="g"),
        SampleRow(id="a", input=A.input, expected=A.expected, tags=("x",)),
    ]

    hashes = {sha256_of_samples([change, B]) for change in changes}

    assert len(hashes | {sha256_of_samples([A, B])}) == 6


def test_the_place_in_the_file_does_not_count():
    moved = SampleRow(id="a", input=A.input, expected=A.expected, row=99)

    assert sha256_of_samples([moved]) == sha256_of_samples([A])
