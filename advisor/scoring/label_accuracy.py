"""Does the answer name the right label?"""

import difflib
from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import ANSWER_LIMIT, Score, excerpt, refuse
from advisor.scoring.expected import accepted_texts, text_problem
from advisor.scoring.labels import read_label, shape


@dataclass(frozen=True, slots=True)
class LabelAccuracy:
    """1 when the answer names the expected label.

    With ``labels`` given an answer may be a sentence that names exactly one of them;
    without, the answer itself must be the label. Case, ``_``, ``-`` and quotes do not
    count.
    """

    name: ClassVar[str] = "label_accuracy"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Label"
    help: ClassVar[str] = "The answer must name the expected label."

    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shapes = [shape(label) for label in self.labels]
        if len(set(shapes)) != len(shapes) or "" in shapes:
            wrong = "Two labels are alike, or one is empty."
            raise refuse("labels", list(self.labels), wrong, "Give each label once.")

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 for the right label, else 0."""
        got = self.label_of(answer)
        if got is None:
            return Score(0.0, f"names no single label: “{excerpt(answer, 60)}”")
        accepted = accepted_texts(expected)
        if shape(got) in [shape(text) for text in accepted]:
            return Score(1.0)
        wanted = excerpt(" or ".join(accepted), 60)
        return Score(0.0, f"expected “{wanted}”, got “{excerpt(got, 60)}”")

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` is not a known label."""
        problem = text_problem(expected)
        if problem:
            return problem
        if not self.labels:
            marks = [text for text in accepted_texts(expected) if not shape(text)]
            return f"“{excerpt(marks[0], 60)}” is no label." if marks else None
        known = {shape(label): label for label in self.labels}
        for text in accepted_texts(expected):
            if shape(text) not in known:
                near = difflib.get_close_matches(shape(text), known, 1)
                hint = f" Did you mean “{known[near[0]]}”?" if near else ""
                return f"Unknown label “{excerpt(text, 60)}”.{hint}"
        return None

    def label_of(self, answer: str) -> str | None:
        """Return the label that ``answer`` names, None when none or several."""
        text = answer[:ANSWER_LIMIT]
        if self.labels:
            return read_label(text, self.labels)
        return shape(text) or None
