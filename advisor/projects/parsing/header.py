"""What are the columns called, and is the first row a header at all?"""

import re
from collections import Counter
from collections.abc import Sequence

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import clean, looks_empty
from advisor.projects.parsing.values import Findings, excerpt, refused

# Errors of the first row that no row left out would mend.
OF_THE_HEADER = frozenset({"duplicate_column", "long_header"})
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*%?")


def header_of(cells: Sequence[str], findings: Findings) -> tuple[str, ...]:
    """Return the names of the columns; raises Refused for too many of them."""
    check_count(len(cells))
    names = []
    for position, cell in enumerate(cells, start=1):
        name = clean(cell)[0].strip()
        if looks_empty(name):
            name = f"column_{position}"
            wrong = f"Column {position} has no name; it is called {name}."
            findings.warn("empty_header", wrong, "Is that right?", row=1)
        names.append(name)
    _check_names(names, findings)
    if any(NUMBER.fullmatch(name) for name in names):
        wrong = "The first row is used as header, but it looks like data."
        findings.warn(
            "header_is_data", wrong, "Is that right?", row=1, found=excerpt(names[0])
        )
    return tuple(names)


def check_count(count: int) -> None:
    """Raise Refused when a file has more columns than the limit."""
    if count > limits.COLUMNS:
        wrong = f"{limits.COLUMNS} columns are the limit; this file has {count:,}."
        remedy = "Leave out columns that are not needed."
        raise refused("too_many_columns", wrong, remedy)


def check_alike(names: Sequence[str], findings: Findings) -> None:
    """Report names that differ only in case or spaces."""
    seen: dict[str, str] = {}
    for name in names:
        folded = "".join(name.casefold().split())
        if folded in seen and seen[folded] != name:
            wrong = f"“{seen[folded]}” and “{name}” differ only in case or spaces."
            findings.add("alike_columns", wrong, "Give them one name.")
        seen.setdefault(folded, name)


def _check_names(names: Sequence[str], findings: Findings) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            shown = excerpt(name, 64)
            often = "twice" if times == 2 else f"{times} times"
            wrong = f"Column “{shown}” appears {often}."
            findings.add(
                "duplicate_column", wrong, "Give each a name of its own.", row=1
            )
        if len(name) > limits.HEADER_CHARACTERS:
            wrong = f"A column name has {len(name):,} characters; 64 is the limit."
            remedy = "Shorten it. If the first row is data, add a header."
            findings.add("long_header", wrong, remedy, row=1, found=excerpt(name))
    check_alike(list(dict.fromkeys(names)), findings)
