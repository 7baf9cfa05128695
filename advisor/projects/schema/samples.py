"""Do the samples fit the setup: scorer, slices, the answers of the reference?"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from advisor.engines.text import estimate_tokens
from advisor.projects.parsing.contents import SampleRow
from advisor.projects.parsing.meaning import expected_problems, meaning_problems
from advisor.projects.parsing.values import Findings, Unit
from advisor.projects.parsing.values import Problem as RowProblem
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


def about_file(problem: RowProblem, given: object) -> Problem:
    """Return a problem with a row as one of the setup; ``given`` is the file."""
    found = f" (found “{problem.found}”)" if problem.found is not None else ""
    wrong = f"{problem.wrong.rstrip('.')}{found}"
    place = f"{problem.place}: " if problem.place else ""
    return Problem("samples", given, f"{place}{wrong}", problem.remedy)


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


def beyond_context(
    setup: Setup, samples: Sequence[SampleRow], contexts: Sequence[int], unit: Unit
) -> list[RowProblem]:
    """Return a warning for each sample too long for every candidate.

    ``contexts`` are the context lengths that are known, in tokens; none known, no
    warning. Tokens are estimated from the length of prompt and input, and the longest
    answer must fit too. Nothing is cut silently: the server says what it cut.
    """
    return too_long(samples, contexts, setup.prompt, setup.max_output_tokens, unit=unit)


def too_long(
    samples: Iterable[SampleRow],
    contexts: Sequence[int],
    prompt: str,
    longest_answer: int,
    *,
    unit: Unit = "row",
) -> list[RowProblem]:
    """Do as ``beyond_context`` for a prompt and the tokens of the longest answer."""
    findings = Findings(unit=unit)
    room = max(contexts, default=0) - longest_answer
    around = estimate_tokens(prompt.replace("{input}", ""))
    for sample in samples if contexts else ():
        needed = around + estimate_tokens(sample.input)
        if needed > room:
            wrong = f"It takes about {needed:,} tokens; every candidate has fewer."
            remedy = "Shorten it, or add a candidate with a longer context."
            findings.warn("beyond_context", wrong, remedy, row=sample.row)
    return list(findings.listed())


def _slices(setup: Setup, samples: Sequence[SampleRow]) -> Iterator[Problem]:
    tags = {tag for sample in samples for tag in sample.tags}
    for one in setup.limits():
        if one.tag is not None and one.tag not in tags:
            remedy = did_you_mean(one.tag, tags, "Tag samples with it, or remove it.")
            path = f"constraints.{one.key}"
            yield Problem(path, one.limit, "is a tag that no sample has", remedy)
