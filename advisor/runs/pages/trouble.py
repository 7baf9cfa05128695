"""What went wrong in a run, what does it mean, and what can be done about it?"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.runs.selectors import CandidateProgress, FailureCount, RunProgress
from advisor.sizing import formats
from advisor.web.parts import Problem, Verdict


@dataclass(frozen=True, slots=True)
class Meaning:
    """A failure in words: its name, what it counts, and the remedy."""

    name: str
    text: str


MEANINGS: Mapping[str, Meaning] = {
    "address_refused": Meaning(
        "Address refused",
        "The endpoint's address may not be called from here. An operator can allow it.",
    ),
    "content_filter": Meaning(
        "Refused by the provider",
        "The provider's filter answered in place of the model. It scores 0, as it would"
        " in your application.",
    ),
    "context_too_long": Meaning(
        "Input too long",
        "The sample does not fit the model's context. It scores 0. A model with a"
        " longer context, or a shorter prompt, takes it.",
    ),
    "half_stream": Meaning(
        "Answer broke off",
        "The connection ended before the answer did. It was tried again; what is still"
        " missing is a gap.",
    ),
    "host_crash": Meaning(
        "Model process ended",
        "The model's process ended and was started again. Answers already scored are"
        " kept.",
    ),
    "input_cut": Meaning(
        "Input cut",
        "The server read less of the prompt than was sent, so the answer is a gap."
        " Raise its context length.",
    ),
    "key": Meaning(
        "Key refused",
        "The endpoint did not take its key. Replace the key under Team settings,"
        " Endpoints, then resume.",
    ),
    "not_recorded": Meaning(
        "Not in the file",
        "The file of recorded answers has no line for the sample: a gap. Record it and"
        " run a new setup version.",
    ),
    "out_of_memory": Meaning(
        "Out of memory",
        "The model needs more memory than it may use. Choose larger hardware, a shorter"
        " context, or weights of lower precision.",
    ),
    "poison": Meaning(
        "Set aside",
        "The sample ended its worker three times and is not tried again: a gap.",
    ),
    "rate_limited": Meaning(
        "Slowed by the provider",
        "The endpoint answered that it has too many requests (HTTP 429). We sent fewer;"
        " waiting is left out of latency.",
    ),
    "recorded_error": Meaning(
        "Recorded as failed",
        "The file says that this call failed. It scores 0.",
    ),
    "server_error": Meaning(
        "Server error",
        "The endpoint failed (HTTP 5xx) and was asked again. What is still missing is a"
        " gap; try the failed answers again later.",
    ),
    "timeout": Meaning(
        "Too slow to answer",
        "No answer came in time. It scores 0 and counts in p95.",
    ),
}


def problems_of(progress: RunProgress) -> tuple[Problem, ...]:
    """Return each kind of failure once a candidate, with what it means."""
    listed: list[Problem] = []
    for one in progress.candidates:
        if one.reason:
            verdict = Verdict("fail", "fail", one.label)
            listed.append(Problem(verdict=verdict, where=one.key, text=one.reason))
        listed += [_problem(one, failure) for failure in one.failures]
        if one.cut_outputs:
            where = f"{one.key}, {formats.count(one.cut_outputs, 'answer')}"
            text = "They ended at the output limit and are scored as they stand."
            cut = Verdict("quiet", "warn", "Answers cut")
            listed.append(Problem(verdict=cut, where=where, text=text))
    return tuple(listed)


def _problem(one: CandidateProgress, failure: FailureCount) -> Problem:
    known = MEANINGS.get(failure.code)
    name = failure.code.replace("_", " ").capitalize() if known is None else known.name
    told = (known.text if known else "", failure.message)
    return Problem(
        verdict=Verdict("warn", "warn", name),
        where=f"{one.key}, {formats.count(failure.count, 'answer')}",
        text=" ".join(part for part in told if part),
    )
