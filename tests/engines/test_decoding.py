"""Is the likeliest word found, and the first of equals?"""

import pytest

pytestmark = pytest.mark.models


def test_a_control_token_may_be_a_stop_word(loaded):
    from advisor.engines.decoding import Request, Row, Writer

    tokenizer = loaded("llama").tokenizer
    words = tokenizer("yes my order")["input_ids"]
    user = tokenizer.convert_tokens_to_ids("<|user|>")
    row = Row(request=Request(id="a", ids=(4,), limit=99, stop=("<|user|>",)))
    writer = Writer(tokenizer, ())
    assert {writer.take(row, one) for one in words} == {None}
    written = writer.take(row, user)
    assert (written.text, written.finish) == ("yes my order", "stop")
    assert written.ids == (*words, user)


@pytest.mark.parametrize("words", [3, 128, 300, 1024])
@pytest.mark.parametrize("turned", [False, True])
def test_the_likeliest_word_is_the_first_of_the_largest(words, turned):
    import torch

    from advisor.engines.decoding import likeliest

    draw = torch.Generator().manual_seed(words)
    # Few different numbers, so that equals abound.
    logits = torch.randint(-9, 3, (40, words), generator=draw).float()
    wanted = [row.index(max(row)) for row in logits.tolist()]
    if turned:
        logits = logits.t().contiguous().t()
    assert likeliest(logits) == wanted
