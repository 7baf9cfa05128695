import random

import pytest

from advisor.builtin.training.people import Namer
from advisor.builtin.training.retold import retold

TEXT = (
    "The lift in block 14 was mended by Oduya on 3 May, the one in block 27 "
    "waits for Petrakis.\nQuestion: Who mended the lift in block 14?"
)


@pytest.fixture(scope="module")
def told():
    namer = Namer(random.Random(8))
    return [retold(TEXT, "Oduya", namer) for _ in range(60)]


def test_the_answer_still_stands_in_the_text(told):
    assert all(answer in text for text, answer in told)
    assert len({answer for _, answer in told}) > 10


def test_what_the_question_names_changes_with_the_text(told):
    for text, _ in told:
        said, _, question = text.partition("\nQuestion: ")
        assert f"block {question.rpartition(' ')[2].rstrip('?')} was" in said


def test_months_stay_and_nothing_is_lost(told):
    assert all(" May, the one in block " in text for text, _ in told)
    assert all("\nQuestion: Who mended the lift in block" in text for text, _ in told)


def test_a_text_without_names_and_numbers_stays_as_it_is():
    plain = ("open at noon\nQuestion: When?", "noon")
    assert retold(*plain, Namer(random.Random(1))) == plain
