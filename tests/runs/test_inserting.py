"""Whatever a model wrote is stored as it stands, many rows in one statement."""

import pytest

from advisor.runs import services
from advisor.runs.models import Answer, Score, Trial
from advisor.runs.services.inserting import insert_columns
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db
TEXTS = [
    "",
    "NULL",
    "null",
    '"quoted"',
    "it's",
    "back\\slash",
    "\\",
    '\\"',
    "{a,b}",
    "a,b",
    " spaces ",
    "two\nlines\r\nand\ttab",
    "\x01\x1f",
    "é ☃ 😀",
    "%s {} %%",
    '{"a": [1, "b"]}',
]


@pytest.fixture
def trial_ids():
    run = services.launch(
        setup=make_setup(samples=len(TEXTS), candidates=[{"id": "a"}]), started_by=None
    )
    return list(
        Trial.objects.filter(run=run).order_by("pk").values_list("pk", flat=True)
    )


def test_every_text_comes_back_as_it_was(trial_ids):
    insert_columns(
        Answer,
        len(TEXTS),
        {"trial_id": trial_ids, "finish": "stop", "output": TEXTS},
    )
    stored = Answer.objects.order_by("trial_id").values_list("output", flat=True)
    assert list(stored) == TEXTS


def test_numbers_keep_their_bits_and_what_is_missing_stays_missing(trial_ids):
    values = [0.1, 1 / 3, 1e-300, 1.7976931348623157e308, -0.0, 5e-324, 2, 123456.789]
    scores = [*values, *values]
    likelihoods = [[-at / 7, None] for at in range(len(scores))]
    times = [None if at % 3 == 0 else value for at, value in enumerate(scores)]
    insert_columns(
        Answer,
        len(scores),
        {
            "trial_id": trial_ids,
            "finish": "stop",
            "score": scores,
            "latency_ms": times,
            "prompt_tokens": list(range(len(scores))),
            "likelihoods": likelihoods,
            "input_cut": [at % 2 == 0 for at in range(len(scores))],
        },
    )
    rows = Answer.objects.order_by("trial_id")
    assert [one.score for one in rows] == scores
    assert [one.latency_ms for one in rows] == times
    assert [one.prompt_tokens for one in rows] == list(range(len(scores)))
    assert [one.likelihoods for one in rows] == likelihoods
    assert [one.input_cut for one in rows] == [at % 2 == 0 for at in range(len(scores))]


def test_a_text_that_no_database_takes_stores_nothing(trial_ids):
    columns = {"trial_id": trial_ids[:2], "scorer": ["a", "b\0c"], "value": 1.0}
    try:
        insert_columns(Score, 2, columns | {"scorer_version": "1"})
    except Exception as error:
        told = str(error)
        assert "NUL" in told or "0x00" in told
    else:
        # SQLite takes it; it must not have become two values.
        stored = Score.objects.order_by("trial_id").values_list("scorer", flat=True)
        assert list(stored) == ["a", "b\0c"]
