"""Would these samples tell models apart, and may they be sent anywhere?

Warnings, but for missing expected answers: nobody but the user can know whether a
repeated sample is a mistake or daily business.
"""

from collections import Counter
from collections.abc import Sequence

from advisor.projects.parsing.contents import SampleRow, canonical
from advisor.projects.parsing.flags import flags_of
from advisor.projects.parsing.values import Findings, Problem, Unit, excerpt
from advisor.scoring.base import Scorer
from advisor.scoring.expected import accepted_texts
from advisor.sizing import formats

FEW = 30
LEAK_SHARE = 0.20
LEAK_CHARACTERS = 3  # shorter answers, such as "A", occur in any text
DUPLICATE_SHARE = 0.05
LISTED = 5  # rows named in one sentence


def meaning_problems(samples: Sequence[SampleRow]) -> tuple[Problem, ...]:
    """Return warnings about the samples as a whole."""
    if not samples:
        return ()
    findings = Findings()
    for check in (_few, _leaks, _duplicates, _one_label, _secrets):
        check(samples, findings)
    return findings.listed()


def expected_problems(
    samples: Sequence[SampleRow], scorer: Scorer, unit: Unit = "row"
) -> tuple[Problem, ...]:
    """Return an error for each sample that ``scorer`` cannot score against."""
    findings = Findings(unit=unit)
    if samples and all(sample.expected is None for sample in samples):
        if scorer.check(None):
            wrong = f"The scorer {scorer.name} needs an answer column."
            remedy = "Choose the column that holds the expected answer."
            findings.add("no_expected_column", wrong, remedy)
        return findings.listed()
    for sample in samples:
        problem = scorer.check(sample.expected)
        if problem:
            found = None if sample.expected is None else excerpt(sample.expected)
            findings.add(
                "expected", problem, row=sample.row, column="expected", found=found
            )
    return findings.listed()


def _few(samples: Sequence[SampleRow], findings: Findings) -> None:
    if len(samples) < FEW:
        few = formats.count(len(samples), "sample")
        be = "is" if len(samples) == 1 else "are"
        wrong = f"{few} {be} too few to tell models apart."
        remedy = f"They are used, with wide intervals; add some up to {FEW} or more."
        findings.warn("few_samples", wrong, remedy)


def _leaks(samples: Sequence[SampleRow], findings: Findings) -> None:
    leaks = sum(_leaked(sample) for sample in samples)
    if leaks > LEAK_SHARE * len(samples):
        told = formats.count(leaks, "sample")
        wrong = f"The expected answer stands in the input of {told}."
        remedy = "Answers leak, unless the task is to pick from the text."
        findings.warn("answers_leak", wrong, remedy)


def _leaked(sample: SampleRow) -> bool:
    texts = [text.casefold() for text in accepted_texts(sample.expected)]
    within = sample.input.casefold()
    return any(len(text) >= LEAK_CHARACTERS and text in within for text in texts)


def _duplicates(samples: Sequence[SampleRow], findings: Findings) -> None:
    counts = Counter(sample.input.strip() for sample in samples)
    repeated = sum(times - 1 for times in counts.values())
    if repeated > DUPLICATE_SHARE * len(samples):
        wrong = f"{repeated:,} of {len(samples):,} inputs are repeats of another one."
        remedy = "Repeats make results look surer than they are; give them a group."
        findings.warn("duplicates", wrong, remedy)


def _one_label(samples: Sequence[SampleRow], findings: Findings) -> None:
    labels = {canonical(sample.expected) for sample in samples}
    if len(labels) == 1 and len(samples) > 1 and samples[0].expected is not None:
        wrong = "All samples expect the same answer."
        remedy = "Every model would get 100 %; add samples with other answers."
        findings.warn("one_label", wrong, remedy)


def _secrets(samples: Sequence[SampleRow], findings: Findings) -> None:
    rows: dict[str, dict[int | None, None]] = {}
    for flag in flags_of(samples):
        rows.setdefault(flag.plural, {})[flag.row] = None
    for what, found in rows.items():
        listed = [f"{row:,}" for row in found if row is not None][:LISTED]
        more = ", …" if len(found) > len(listed) else ""
        name = "row" if len(found) == 1 else "rows"
        where = f" ({name} {', '.join(listed)}{more})" if listed else ""
        wrong = f"{formats.count(len(found), 'sample')} may hold {what}{where}."
        remedy = "Mask them before anything leaves the network."
        findings.warn("personal_data", wrong, remedy)
