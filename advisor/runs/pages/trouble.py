"""What went wrong in a run, what does it mean, and what can be done about it?"""

from collections.abc import Iterator, Mapping
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
    "bad_response": Meaning(
        "Answer not understood",
        "The endpoint answered, but not as its interface promises. It was tried again;"
        " what is left scores 0.",
    ),
    "claims": Meaning(
        "Never answered",
        "The sample was taken up 25 times and its worker always ended first: a gap. Try"
        " the failed answers again later.",
    ),
    "connection_lost": Meaning(
        "Connection lost",
        "The connection broke off. It was tried again; what is still missing is a gap.",
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
        "The sample ended the model's process three times while it was asked alone, so"
        " it was set aside and scores 0. The other answers are kept.",
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
    "no_number": Meaning(
        "No likelihood",
        "The model's arithmetic broke down: how likely a choice is came out as no"
        " number. It scores 0. Try precision fp32, or another copy of its weights.",
    ),
    "not_connected": Meaning(
        "Not reached",
        "The endpoint could not be reached. It was tried again; what is still missing"
        " is a gap.",
    ),
    "not_recorded": Meaning(
        "Not in the file",
        "The file of recorded answers has no line for the sample: a gap. Record it and"
        " run a new setup version.",
    ),
    "output_limit": Meaning(
        "No room to answer",
        "The model reached the output limit before it wrote an answer. It scores 0. A"
        " higher limit gives it room.",
    ),
    "out_of_memory": Meaning(
        "Out of memory",
        "The model needs more memory than it may use. Choose larger hardware, a shorter"
        " context, or weights of lower precision.",
    ),
    "poison": Meaning(
        "Set aside",
        "The sample ended its worker three times while it was asked alone, so it is not"
        " tried again and scores 0.",
    ),
    "rate_limited": Meaning(
        "Slowed by the provider",
        "The endpoint asked to slow down (HTTP 429 or 503). Fewer calls were sent;"
        " waiting is left out of latency.",
    ),
    "recorded_error": Meaning(
        "Recorded as failed",
        "The file says that this call failed. It scores 0, or is a gap where its error"
        " begins with “transport”.",
    ),
    "refusal": Meaning(
        "Refused by the model",
        "The model refused to answer. It scores 0, as it would in your application.",
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
    "tool_call": Meaning(
        "Called a tool",
        "The model called a tool where text was asked for. It scores 0.",
    ),
}


def meaning_of(code: str) -> Meaning | None:
    """Return what a failure code means, alone or as one of its family."""
    family = code.partition(":")[0]
    if code.startswith("http_"):
        family = "server_error"
    elif code == "overloaded":
        family = "rate_limited"
    return MEANINGS.get(family)


def problems_of(progress: RunProgress) -> tuple[Problem, ...]:
    """Return each kind of failure once a candidate, with what it means."""
    listed = list(_dearer(progress))
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


def _dearer(progress: RunProgress) -> Iterator[Problem]:
    """Tell of calls that were billed above the worst price that was reserved."""
    over = progress.overshoot_usd
    if over:
        text = (
            f"Calls were billed {formats.money(over)} above their worst price: the"
            " endpoint counts more tokens than were sent and allowed. Check its price"
            " and its usage figures before you go on."
        )
        verdict = Verdict("fail", "fail", "Dearer than promised")
        yield Problem(verdict=verdict, where="Spending", text=text)


def _problem(one: CandidateProgress, failure: FailureCount) -> Problem:
    known = meaning_of(failure.code)
    name = failure.code.replace("_", " ").capitalize() if known is None else known.name
    told = (known.text if known else "", failure.message)
    return Problem(
        verdict=Verdict("warn", "warn", name),
        where=f"{one.key}, {formats.count(failure.count, 'answer')}",
        text=" ".join(part for part in told if part),
    )
