"""What does the child process do? Limit itself, read stdin, write the table as JSON."""

import json
import os
import resource
import sys

from advisor.projects.parsing import limits
from advisor.projects.parsing.child import OUT_OF_MEMORY, as_json
from advisor.projects.parsing.reading import parse_table
from advisor.projects.parsing.values import Options


def main(about: str, chosen: str) -> int:
    """Read the file on stdin under limits; return the exit status."""
    filename, seconds, memory = json.loads(about)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Data and not address space: shared libraries map far more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    try:
        data = sys.stdin.buffer.read(limits.FILE_BYTES + 1)
        table = parse_table(data, filename, Options(**json.loads(chosen)), _tell)
        text = json.dumps(as_json(table), ensure_ascii=False)
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _tell(rows: int) -> None:
    """Say on stderr how many rows were read, one number a line."""
    sys.stderr.write(f"{rows}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    status = main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    # At once: of an orderly end Arrow's threads make an abort in one of thirty.
    os._exit(status)
