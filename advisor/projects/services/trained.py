"""Was a model trained on the samples that are to judge it? Its folder says so.

A model that was made here carries `trained_on.txt`: a hash a line of every input that
it was trained on, without case and punctuation. A later sample set may send one of
them to evaluation; then that model must not be judged by it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from advisor.projects import selectors
from advisor.projects.models import SampleSet
from advisor.projects.parsing.splitting import plain
from advisor.projects.schema import Problem
from advisor.projects.schema import Setup as SetupValue
from advisor.projects.schema.values import placed

NAME = "trained_on.txt"
DIGITS = 24  # of a SHA-256; two of 20,000 texts agree by chance once in 10**20


def text_key(text: str) -> str:
    """Return the hash by which an input is known: case and punctuation do not count."""
    digest = hashlib.sha256(plain(text).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:DIGITS]


def write_trained_on(
    folder: Path, inputs: Iterable[str], *, before: Collection[str] = ()
) -> None:
    """Note in a model's folder what it was trained on.

    ``before`` holds the hashes that the folder of the model it was made from notes.
    """
    lines = sorted({text_key(text) for text in inputs} | set(before))
    text = "".join(f"{one}\n" for one in lines)
    (folder / NAME).write_text(text, encoding="ascii")


def trained_on(folder: Path) -> frozenset[str]:
    """Return the hashes that a model's folder notes; none where it notes nothing."""
    try:
        return frozenset((folder / NAME).read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def training_problems(
    value: SetupValue, samples: SampleSet | None
) -> Iterator[Problem]:
    """Yield the models of a setup that were trained on its evaluation samples."""
    folders = [
        (path, Path(one.model))
        for path, one in placed(value)
        if one.engine == "transformers" and one.model and Path(one.model).is_absolute()
    ]
    known = {path: found for path, folder in folders if (found := trained_on(folder))}
    if samples is None or not known:
        return
    keys = {text_key(one.input) for one in selectors.evaluation_samples(samples)}
    for path, found in known.items():
        yield from _problem(path, keys & found, len(keys))


def _problem(path: str, shared: Collection[str], count: int) -> Iterator[Problem]:
    if shared:
        wrong = f"was trained on {len(shared)} of the {count} evaluation samples"
        remedy = "Make it anew from this sample set's tuning split, or leave it out."
        yield Problem(f"{path}.model", None, wrong, remedy)
