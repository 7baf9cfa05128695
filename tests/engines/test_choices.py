"""Is each choice weighed as the model alone would weigh it?"""

from dataclasses import replace
from math import exp, log

import pytest

from advisor.engines.base import Prompt

pytestmark = pytest.mark.models

TEXT = "please refund my order the parcel never came "
LABELS = ("refund", "delivery", "invoice number", "card")


def prompt(name, text, choices=LABELS, **more):
    return Prompt(id=name, text=text, max_output_tokens=8, choices=choices, **more)


def block(count=12):
    return [prompt(str(n), TEXT + "again " * (n % 5) + str(n)) for n in range(count)]


def _nothing():
    pass


def near(found, wanted):
    return all(
        abs(one - other) <= 1e-4 * (1 + abs(other))
        for one, other in zip(found, wanted, strict=True)
    )


def alone(model, tokenizer, text, choice):
    """Return the log-likelihood of a choice by one plain pass over the whole text."""
    import torch

    ids = tokenizer(text)["input_ids"]
    whole = tokenizer(f"{text} {choice}")["input_ids"]
    with torch.inference_mode():
        logits = model(torch.tensor([whole])).logits[0].log_softmax(-1)
    after = range(len(ids), len(whole))
    assert whole[: len(ids)] == ids
    return float(sum(logits[at - 1, whole[at]] for at in after))


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gpt2", "gemma3_text"])
def test_weights_equal_those_of_plain_passes(kind, hosted, loaded, tiny_folder):
    import transformers

    answers = {a.prompt_id: a for a in hosted(kind).answer(block())}
    plain = transformers.AutoModelForCausalLM.from_pretrained(tiny_folder(kind))
    for asked in block():
        found = answers[asked.id]
        wanted = [
            alone(plain.eval(), loaded(kind).tokenizer, asked.text, choice)
            for choice in LABELS
        ]
        assert near(found.likelihoods, wanted)
        assert found.output == LABELS[wanted.index(max(wanted))]


def test_the_shared_beginning_of_prompts_changes_no_weight(hosted):
    many = {a.prompt_id: a for a in hosted("llama").answer(block())}
    for asked in block():
        (one,) = hosted("llama").answer([asked])
        assert near(one.likelihoods, many[asked.id].likelihoods)
        assert near(hosted("llama").measure(asked).likelihoods, one.likelihoods)


def test_a_long_choice_loses_by_the_sum_and_may_win_by_the_mean(hosted):
    choices = ("card", "invoice number total due thank you best regards")
    by_sum = prompt("a", TEXT, choices)
    by_mean = prompt("b", TEXT, choices, choose_by="likelihood_per_token")
    found = {a.prompt_id: a for a in hosted("llama").answer([by_sum, by_mean])}
    one, other = found["a"].likelihoods
    assert near(found["b"].likelihoods, (one, other))
    assert found["a"].output == choices[0] if one >= other else choices[1]
    sizes = [
        next(
            iter(hosted("llama").answer([prompt("n", TEXT, (c, c))]))
        ).completion_tokens
        for c in choices
    ]
    means = [one / sizes[0], other / sizes[1]]
    assert found["b"].output == choices[means.index(max(means))]


def test_the_first_of_equal_choices_is_named(hosted):
    (answer,) = hosted("llama").answer([prompt("a", TEXT, ("card", "card"))])
    assert answer.likelihoods[0] == answer.likelihoods[1]
    assert (answer.output, answer.finish) == ("card", "stop")


def test_a_choice_that_begins_another_must_end_there(hosted):
    (open_,) = hosted("llama").answer([prompt("a", TEXT, ("card", "order"))])
    (closed,) = hosted("llama").answer([prompt("a", TEXT, ("card", "card number"))])
    assert closed.likelihoods[0] < open_.likelihoods[0]
    assert closed.completion_tokens > 1


@pytest.mark.parametrize("kind", ["llama", "gemma3_text"])
def test_a_choice_may_end_by_each_of_the_models_ends(kind, loaded):
    from advisor.engines.hosted_model import HostedModel

    asked = prompt("a", TEXT, ("card", "card number"))
    found = {}
    for ends in [(1,), (3,), (1, 3)]:
        model = replace(loaded(kind, use=f"ends {ends}"), eos=frozenset(ends))
        hosted = HostedModel(
            model, chat=None, memory_limit_bytes=None, most_slots=None, beat=_nothing
        )
        (answer,) = hosted.answer([asked])
        found[ends] = answer.likelihoods
    wanted = [
        log(exp(one) + exp(other))
        for one, other in zip(found[1,], found[3,], strict=True)
    ]
    assert near(found[1, 3], wanted)


def test_a_choice_is_timed_until_all_are_weighed(hosted):
    timing = hosted("llama").measure(prompt("a", TEXT)).timing
    assert timing.ttft_ms == timing.total_ms > 0
    assert timing.token_ms == ()


def test_a_prompt_that_leaves_no_room_for_its_choices_is_named(hosted):
    (answer,) = hosted("llama").answer([prompt("a", "card " * 600)])
    assert answer.failure.code == "context_too_long"


def test_texts_and_choices_may_share_a_block(hosted):
    texts = [
        Prompt(id=f"t{n}", text=TEXT + str(n), max_output_tokens=5) for n in range(4)
    ]
    found = {a.prompt_id: a for a in hosted("llama").answer([*texts, *block(4)])}
    assert set(found) == {"t0", "t1", "t2", "t3", "0", "1", "2", "3"}
    assert found["t0"].likelihoods is None
    assert found["t0"].output == hosted("llama").measure(texts[0]).output


def test_a_prompt_whose_only_token_belongs_to_the_choices_is_named(hosted):
    # The blank and the word after it are one token: no token is left to foretell it.
    found = hosted("llama").answer([prompt("a", " "), prompt("b", TEXT)])
    answers = {answer.prompt_id: answer for answer in found}
    assert answers["a"].failure.code == "empty_prompt"
    assert answers["b"].output in LABELS
