"""What is a sample, and when are two lists of samples the same?"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class SampleLike(Protocol):
    """Anything with the fields of a sample."""

    @property
    def id(self) -> str:
        """The key that is unique in its sample set."""

    @property
    def input(self) -> str:
        """What the model is given."""

    @property
    def expected(self) -> object:
        """The expected answer, a JSON value."""

    @property
    def group(self) -> str | None:
        """The unit that samples share."""

    @property
    def tags(self) -> Iterable[str]:
        """The slices it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One sample as read from a file; ``row`` is its place there."""

    id: str
    input: str
    expected: object = None
    group: str | None = None
    tags: tuple[str, ...] = ()
    row: int | None = None


def canonical(value: object) -> bytes:
    """Return the one JSON spelling of ``value``: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode("utf-8", "surrogatepass")


def content_of(sample: SampleLike) -> list[object]:
    """Return what a sample asks and expects: everything but its id."""
    tags = sorted(sample.tags)
    return [sample.input, sample.expected, sample.group or None, tags]


def sha256_of_samples(samples: Iterable[SampleLike]) -> str:
    """Return the hash of a list of samples: ids and contents, whatever their order."""
    digests = sorted(
        hashlib.sha256(canonical([sample.id, *content_of(sample)])).digest()
        for sample in samples
    )
    return hashlib.sha256(b"".join(digests)).hexdigest()
