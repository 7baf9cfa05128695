"""Is the likeliest word found, and the first of equals?"""

import pytest

pytestmark = pytest.mark.models


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
