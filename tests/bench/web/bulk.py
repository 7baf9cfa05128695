"""How do a million answers get into a database in minutes? The database makes them.

Samples are copied; trials, answers and scores come from one statement each, whose
chance has a seed. Keys to other tables are not looked up: the rows are made from them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from django.db.models import AutoField, Model

from advisor.projects.models import Sample
from advisor.runs.models import Answer, Candidate, Run, Score, Trial

TRIALS = """
INSERT INTO runs_trial (run_id, candidate_id, sample_id, position, block, state{names})
SELECT %s, c.id, s.id, s.position, s.position / 32, 'succeeded'{values}
FROM unnest(%s::bigint[]) WITH ORDINALITY AS c(id, place)
CROSS JOIN projects_sample s
WHERE s.sample_set_id = %s
ORDER BY c.place, s.position
"""
ANSWERS = """
INSERT INTO runs_answer (trial_id, output, finish, score, prompt_tokens,
 completion_tokens, cost_usd, cost_origin, created_at{names})
SELECT d.id, CASE WHEN d.good THEN 'yes' ELSE 'no' END, 'stop', d.good::int,
 240, 8, d.price, 'measured', now(){values}
FROM (SELECT t.id, m.price, random() < m.share AS good
 FROM (SELECT id, candidate_id FROM runs_trial WHERE run_id = %s ORDER BY id) t
 JOIN unnest(%s::bigint[], %s::float[], %s::float[]) AS m(id, share, price)
 ON m.id = t.candidate_id) d
"""
SCORES = """
INSERT INTO runs_score (trial_id, scorer, scorer_version, value{names})
SELECT a.trial_id, 'exact_match', '1', a.score{values}
FROM runs_answer a JOIN runs_trial t ON t.id = a.trial_id WHERE t.run_id = %s
"""


class Bulk:
    """A connection that writes many rows at once."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")

    def samples(self, sample_set: int, rows: Iterable[tuple[str, list[str]]]) -> None:
        """Copy the samples of a set: the input and the tags of each."""
        given = ("sample_set_id", "key", "position", "input", "expected", "tags")
        names, values = rest_of(Sample, given)
        columns = ", ".join(f'"{name}"' for name in (*given, *names))
        statement = f"COPY projects_sample ({columns}) FROM STDIN"
        right = json.dumps("yes")
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for at, (text, tags) in enumerate(rows):
                row = (sample_set, f"s{at:06}", at, text, right, json.dumps(tags))
                copy.write_row((*row, *values))

    def answers(
        self, run: Run, models: Mapping[Candidate, tuple[float, float]], *, seed: float
    ) -> None:
        """Answer every sample by every model: right at its share, at its price.

        ``seed`` is from 0 to 1, as PostgreSQL takes it.
        """
        ids = [one.pk for one in models]
        shares, prices = map(list, zip(*models.values(), strict=True))
        made = run.setup.sample_set_id
        self._insert(Trial, TRIALS, (run.pk, ids, made), TRIAL_COLUMNS)
        self.connection.execute("SELECT setseed(%s)", (seed,))
        self._insert(Answer, ANSWERS, (run.pk, ids, shares, prices), ANSWER_COLUMNS)
        self._insert(Score, SCORES, (run.pk,), SCORE_COLUMNS)

    def analyse(self) -> None:
        """Let the database see how its rows lie, as its own daemon does in time."""
        self.connection.execute("VACUUM ANALYZE")

    def _insert(
        self,
        model: type[Model],
        statement: str,
        given: tuple[Any, ...],
        columns: Sequence[str],
    ) -> None:
        names, values = rest_of(model, columns)
        text = statement.format(
            names="".join(f', "{name}"' for name in names),
            values="".join(f", {literal(value)}" for value in values),
        )
        self.connection.execute(text.encode(), given)


TRIAL_COLUMNS = ("run_id", "candidate_id", "sample_id", "position", "block", "state")
ANSWER_COLUMNS = (
    *("trial_id", "output", "finish", "score", "prompt_tokens", "completion_tokens"),
    *("cost_usd", "cost_origin", "created_at"),
)
SCORE_COLUMNS = ("trial_id", "scorer", "scorer_version", "value")


def rest_of(
    model: type[Model], given: Sequence[str]
) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """Return the columns that are not given, and the model's defaults for them."""
    rest = [
        field
        for field in model._meta.concrete_fields
        if field.column not in given and not isinstance(field, AutoField)
    ]
    values = (field.get_default() for field in rest)
    return tuple(field.column for field in rest), tuple(map(plain, values))


def plain(value: object) -> object:
    """Return a default as COPY takes it: lists and mappings as JSON."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def literal(value: object) -> str:
    """Return a default as SQL."""
    return psycopg.sql.Literal(value).as_string(None)
