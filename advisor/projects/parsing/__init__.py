"""How does an uploaded file become samples? Pure: no Django, no network.

``parse_table`` reads bytes into rows, ``samples_from`` reads rows into samples, and
``parse_in_child`` does the first in a process of its own with limits.
"""

from advisor.projects.parsing.child import parse_in_child
from advisor.projects.parsing.contents import SampleRow, sha256_of_samples
from advisor.projects.parsing.mapping import ColumnMapping, guess_mapping
from advisor.projects.parsing.meaning import expected_problems, meaning_problems
from advisor.projects.parsing.reading import parse_table
from advisor.projects.parsing.samples import samples_from
from advisor.projects.parsing.splitting import split_of
from advisor.projects.parsing.values import Options, Problem, Row, Table

__all__ = [
    "ColumnMapping",
    "Options",
    "Problem",
    "Row",
    "SampleRow",
    "Table",
    "expected_problems",
    "guess_mapping",
    "meaning_problems",
    "parse_in_child",
    "parse_table",
    "samples_from",
    "sha256_of_samples",
    "split_of",
]
