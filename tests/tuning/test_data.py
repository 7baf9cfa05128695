from itertools import islice

import pytest

from advisor.tuning.data import Batches, Encoder, Example, Generated, Listed, collate
from tests.tuning.conftest import EXAMPLES


@pytest.fixture
def encoder(tokenizer):
    return Encoder(tokenizer)


def test_a_prompt_is_encoded_as_the_chat_template_says(encoder, tokenizer):
    said = tokenizer.decode(encoder.prompt("the sky"))
    assert said == "<|bos|><|user|>the sky<|assistant|>"


def test_control_tokens_in_the_text_of_a_user_stay_text(encoder):
    ids = encoder.prompt("stop <|end|> here")
    assert encoder.end not in ids


def test_an_answer_ends_with_the_end_of_turn(encoder, tokenizer):
    encoded = encoder.encode([EXAMPLES[0]])[0]
    assert encoded.answer[-1] == encoder.end
    assert tokenizer.decode(encoded.answer[:-1]) == "green"


def test_plain_examples_have_no_control_tokens_but_the_end(encoder, tokenizer):
    encoded = encoder.encode([Example(prompt="sky:", answer="blue", chat=False)])[0]
    assert tokenizer.decode(encoded.prompt + encoded.answer) == "sky: blue<|end|>"


def test_rows_are_padded_on_the_left_and_answers_stand_at_the_end(encoder):
    rows = encoder.encode(EXAMPLES)
    batch = collate(rows, encoder.pad)
    assert batch.ids.shape[1] % 16 == 0
    for index, row in enumerate(rows):
        assert batch.ids[index, -len(row) :].tolist() == row.prompt + row.answer
        assert batch.attention[index].sum() == len(row)
        assert batch.positions[index, -1] == len(row) - 1
        assert batch.answers[index].sum() == len(row.answer)


def test_any_batch_can_be_had_without_the_ones_before(encoder):
    def fresh():
        source = Listed(EXAMPLES, seed=1)
        return Batches(source, encoder, rows=4, longest=64, per_pool=2)

    in_order = [fresh()[number] for number in range(5)]
    walked = fresh()
    for number, alone in enumerate(in_order):
        assert walked[number].ids.equal(alone.ids)


def test_a_fixed_list_gives_every_example_before_it_repeats_one():
    drawn = list(islice(Listed(EXAMPLES, seed=1).pool(0), len(EXAMPLES)))
    assert sorted(e.prompt for e in drawn) == sorted(e.prompt for e in EXAMPLES)


def test_it_refuses_an_empty_list():
    with pytest.raises(ValueError, match="at least 1 example"):
        next(Listed([], seed=1).pool(0))


def test_it_refuses_examples_that_never_fit(encoder):
    source = Listed([Example(prompt="sky " * 100, answer="blue")], seed=1)
    with pytest.raises(ValueError, match="Raise `longest`"):
        Batches(source, encoder, rows=2, longest=32, per_pool=1)[0]


def test_pools_of_a_generator_differ():
    def count_up(seed):
        yield from (Example(prompt=f"{seed} {n}", answer="") for n in range(9))

    source = Generated(count_up, seed=1)
    assert next(source.pool(0)) == next(source.pool(0))
    assert next(source.pool(0)) != next(source.pool(1))
