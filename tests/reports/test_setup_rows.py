"""What is told of the files that a setup of the command line names?"""

from advisor.projects.parsing import limits
from advisor.projects.schema import SetupFiles
from advisor.reports.services.setup_rows import read_rows


def test_a_recorded_file_that_is_too_large_is_told_as_that():
    # As it is read: at most one byte more than the limit, and so cut in a line.
    content = b'{"id": "a", "output": "x"}\n' * 1_000_000
    content = content[: limits.FILE_BYTES + 1]
    given = {"reference": {"id": "big", "engine": "recorded", "file": "logs.jsonl"}}
    found = read_rows(None, given, SetupFiles("", b"", {"big": content}), set())
    assert [str(one) for one in found.problems] == [
        "reference.file: 'logs.jsonl' is larger than 25 MB."
        " Leave out lines and keys that nobody needs."
    ]
