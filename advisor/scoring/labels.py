"""Which label does an answer name, and how good are the labels as a set?

Macro F1 is reported beside the decision and never decides: it has no value for a
single sample, so no paired comparison can rest on it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetScore:
    """A score of a whole set of answers: its value, n, and the value of each label."""

    name: str
    value: float
    n: int
    by_label: dict[str, float]


def shape(text: str) -> str:
    """Return a label as compared: folded, ``_`` and ``-`` as spaces, edges clean."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = re.sub(r"[\s_\-]+", " ", folded)
    return spaced.strip(" .,:;!?\"'`*()[]{}“”‘’<>")


def read_label(answer: str, labels: Sequence[str]) -> str | None:
    """Return the one label of ``labels`` that ``answer`` names, None for none or two.

    An answer that is a label names it; else the label that alone occurs as whole
    words in it. Inside a longer label that occurs, a shorter one does not count.
    """
    shaped = {shape(label): label for label in labels}
    text = shape(answer)
    if text in shaped:
        return shaped[text]
    found = []
    for label in sorted(shaped, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(label)}(?!\w)"
        text, times = re.subn(pattern, " / ", text)
        if label and times:
            found.append(shaped[label])
    return found[0] if len(found) == 1 else None


def macro_f1(pairs: Iterable[tuple[str | None, str]]) -> SetScore | None:
    """Return the unweighted mean F1 over all labels of (named, expected) ``pairs``.

    Labels are those that occur on either side; None (no label named) is a miss and
    no label of its own. F1 = 2·tp / (2·tp + fp + fn). None when there are no pairs.
    """
    hits: Counter[str] = Counter()
    named: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for got, wanted in pairs:
        expected[wanted] += 1
        if got is not None:
            named[got] += 1
            hits[wanted] += got == wanted
    if not expected:
        return None
    labels = sorted(set(expected) | set(named))
    scores = {
        label: 2 * hits[label] / (named[label] + expected[label]) for label in labels
    }
    mean = sum(scores.values()) / len(labels)
    return SetScore("macro_f1", mean, expected.total(), scores)
