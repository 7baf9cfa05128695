"""Do the samples fit the setup: scorer, slices, the answers of the reference?"""

from collections.abc import Collection, Iterator, Sequence

from advisor.projects.parsing.contents import SampleRow
from advisor.projects.parsing.meaning import expected_problems, meaning_problems
from advisor.projects.parsing.values import Problem as RowProblem
from advisor.projects.parsing.values import Unit
from advisor.projects.schema.problems import Problem, did_you_mean
from advisor.projects.schema.values import Setup

MOST_LEFT_OUT = 0.05
LISTED = 10


def check_samples(
    setup: Setup, samples: Sequence[SampleRow], unit: Unit = "row"
) -> tuple[list[Problem], list[RowProblem]]:
    """Return what is wrong between setup and samples, and with single samples.

    The second list also holds warnings about the samples as a whole.
    """
    rows = list(expected_problems(samples, setup.scoring(), unit))
    rows += meaning_problems(samples)
    return list(_slices(setup, samples)), rows


def without_reference(
    samples: Sequence[SampleRow], recorded: Collection[str]
) -> tuple[list[str], Problem | None]:
    """Return the ids of samples that the reference did not answer, and the problem.

    They are left out for all candidates, as nothing can be compared with them; more
    than 5 % is an error.
    """
    missing = [sample.id for sample in samples if sample.id not in recorded]
    if len(missing) <= MOST_LEFT_OUT * len(samples):
        return missing, None
    listed = ", ".join(missing[:LISTED]) + (", …" if len(missing) > LISTED else "")
    wrong = (
        f"has no recorded answer to {len(missing):,} of {len(samples):,} samples"
        f" ({listed}); at most 5 % may be missing"
    )
    remedy = "Add the answers, or check that the ids are those of the samples."
    return missing, Problem("reference.file", None, wrong, remedy)


def _slices(setup: Setup, samples: Sequence[SampleRow]) -> Iterator[Problem]:
    tags = {tag for sample in samples for tag in sample.tags}
    for one in setup.limits():
        if one.tag is not None and one.tag not in tags:
            remedy = did_you_mean(one.tag, tags, "Tag samples with it, or remove it.")
            path = f"constraints.{one.key}"
            yield Problem(path, one.limit, "is a tag that no sample has", remedy)
