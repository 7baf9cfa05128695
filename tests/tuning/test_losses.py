import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from advisor.tuning.data import Encoder, collate
from advisor.tuning.losses import answer_logits, answer_loss, distil_loss
from tests.tuning.conftest import EXAMPLES


@pytest.fixture
def batch(tokenizer):
    encoder = Encoder(tokenizer)
    return collate(encoder.encode(EXAMPLES), encoder.pad)


def test_only_the_answer_counts(model, batch):
    loss = answer_loss(answer_logits(model, batch), batch)
    whole = model(
        input_ids=batch.ids,
        attention_mask=batch.attention,
        position_ids=batch.positions,
    ).logits.log_softmax(-1)
    wanted = []
    for row in range(batch.ids.shape[0]):
        length = int(batch.answers[row].sum())
        for at in range(batch.ids.shape[1] - length, batch.ids.shape[1]):
            wanted.append(-whole[row, at - 1, batch.ids[row, at]])
    mean = torch.stack(wanted).mean()
    assert loss.item() == pytest.approx(mean.item(), rel=1e-4)


def test_padding_on_the_left_does_not_change_a_row(model, tokenizer, batch):
    encoder = Encoder(tokenizer)
    alone = collate(encoder.encode(EXAMPLES[:1]), encoder.pad)
    together = answer_logits(model, batch)[0][batch.answers[0]]
    by_itself = answer_logits(model, alone)[0][alone.answers[0]]
    assert torch.allclose(together, by_itself, atol=1e-4)


def test_another_architecture_is_asked_in_the_same_way(tokenizer, batch):
    other = GPT2LMHeadModel(
        GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2)
    )
    shape = answer_logits(other, batch).shape
    assert shape == (*batch.answers.shape, len(tokenizer))


def test_a_student_equal_to_its_teacher_has_nothing_to_learn(model, batch):
    logits = answer_logits(model, batch)
    far = distil_loss(logits, logits, batch, 2.0)
    assert far.item() == pytest.approx(0, abs=1e-5)


def test_the_distance_to_the_teacher_is_a_known_value(batch):
    teacher = torch.zeros((*batch.answers.shape, 2))
    student = torch.zeros_like(teacher)
    student[..., 0] = 2.0
    # KL([1/2, 1/2] || softmax([1, 0])) by hand: -ln 2 - (ln p + ln q) / 2
    p = torch.tensor([1.0, 0.0]).softmax(0)
    wanted = -torch.log(torch.tensor(2.0)) - p.log().mean()
    got = distil_loss(student, teacher, batch, 2.0)
    assert float(got) == pytest.approx(float(wanted) * 4, rel=1e-5)
