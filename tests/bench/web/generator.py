"""A seeded world: teams, projects and finished runs with as many answers as asked.

Rows of trials, answers and scores are copied in bulk; recommendations and summaries
are made by the product's own services from these rows.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import psycopg
from django.db.models import AutoField, Field, Model
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.accounts.services import create_team
from advisor.projects.models import Sample, SampleSet
from advisor.runs.models import (
    Answer,
    Candidate,
    Run,
    RunEvent,
    Score,
    SpeedRecord,
    StoredRecommendation,
    Trial,
)
from advisor.runs.services import decided, launch
from advisor.runs.services.summarising import summarise
from advisor.sizing import formats
from tests.runs.factory import make_project, make_setup

WORDS = ("please", "claim", "invoice", "delivery", "refund", "account", "login", "late")
TAGS = ("billing", "refund", "delivery", "login", "English", "German")
MODELS = (
    ("reference", 0.95, 0.005, 1000.0),
    ("large", 0.945, 0.0012, 900.0),
    ("medium", 0.94, 0.0004, 700.0),
    ("small", 0.91, 0.0002, 500.0),
    ("tiny", 0.82, 0.0001, 300.0),
    ("pruned", 0.80, 0.00009, 280.0),
    ("quantised", 0.90, 0.00015, 400.0),
    ("distilled", 0.92, 0.00018, 450.0),
)
LIMITS = {
    "quality_margin": 0.05,
    "p95_latency_ms": 2000,
    "monthly_requests": 1_000_000,
    "monthly_budget_usd": 2000,
}
TIMED = 120


@dataclass(frozen=True)
class Shape:
    """How large one run is."""

    samples: int
    models: int

    @property
    def answers(self) -> int:
        """Return how many answers the run has."""
        return self.samples * self.models


def shapes(answers: int) -> list[Shape]:
    """Return the runs of a world of about ``answers``: one of 160,000, ten of 30,000.

    The rest has 240 to 2,400 samples, as projects usually do.
    """
    found = [Shape(20_000, 8)] + [Shape(5_000, 6)] * 10
    found = [one for one in found if one.answers <= answers // 4]
    sizes, at = (240, 600, 1200, 2400), 0
    while sum(one.answers for one in found) < answers:
        found.append(Shape(sizes[at % 4], 6))
        at += 1
    return found


class World:
    """Fills a database and remembers what is where."""

    def __init__(self, url: str, seed: int) -> None:
        self.rng = Random(seed)
        self.owner = User.objects.create_user(
            "bench@example.com", "a long walk on a cold beach", name="Bench"
        )
        self.team: Team = create_team(name="Bench", owner=self.owner)
        self.copying = psycopg.connect(url, autocommit=True)
        self.runs: list[Run] = []

    def fill(self, wanted: Sequence[Shape]) -> int:
        """Make a project with a finished run of each shape; return the answers."""
        for shape in wanted:
            self.runs.append(self._run(shape))
        self.copying.execute("ANALYZE")
        return sum(shape.answers for shape in wanted)

    def _run(self, shape: Shape) -> Run:
        project = make_project(self.team)
        named = MODELS[: shape.models]
        entries = [entry(name, price) for name, _, price, _ in named]
        setup = make_setup(
            project=project,
            samples=[{"id": "seed", "tags": ["English"]}],
            reference=entries[0],
            candidates=entries[1:],
            constraints=LIMITS,
            objective="cost",
            promise="traffic",
            labelled_examples=2000,
            unlabelled_texts=50_000,
        )
        run = launch(setup=setup, started_by=self.owner)
        Trial.objects.filter(run=run).delete()
        samples = self._samples(run, shape.samples)
        candidates = list(run.candidates.order_by("pk"))
        self._copy_answers(run, candidates, samples)
        self._speed(candidates)
        self._finish(run, shape)
        return run

    def _samples(self, run: Run, count: int) -> list[int]:
        made: SampleSet = run.setup.sample_set  # type: ignore[assignment]
        Sample.objects.filter(sample_set=made).delete()
        names = ("sample_set_id", "key", "position", "input", "expected", "tags")
        rows = (
            (
                *(made.pk, f"s{at:06}", at, " ".join(self.rng.choices(WORDS, k=24))),
                *(json.dumps("yes"), json.dumps(self.rng.sample(TAGS, 2))),
            )
            for at in range(count)
        )
        self._copy(Sample, names, rows)
        ids = Sample.objects.filter(sample_set=made).order_by("position")
        return list(ids.values_list("pk", flat=True))

    def _copy_answers(
        self, run: Run, candidates: Sequence[Candidate], samples: Sequence[int]
    ) -> None:
        first = self._next_id("runs_trial", len(candidates) * len(samples))
        plan = [
            (first + index * len(samples) + at, one, at, sample)
            for index, one in enumerate(candidates)
            for at, sample in enumerate(samples)
        ]
        names = ("id", "run_id", "candidate_id", "sample_id", "position", "block")
        self._copy(
            Trial,
            (*names, "state"),
            (
                (pk, run.pk, one.pk, sample, at, at // 32, "succeeded")
                for pk, one, at, sample in plan
            ),
        )
        right = {name: share for name, share, _, _ in MODELS}
        price = {name: cost for name, _, cost, _ in MODELS}
        scored = [
            (pk, one, float(self.rng.random() < right[one.key]))
            for pk, one, _, _ in plan
        ]
        names = ("trial_id", "output", "finish", "score", "prompt_tokens")
        self._copy(
            Answer,
            (*names, "completion_tokens", "cost_usd", "cost_origin", "created_at"),
            (
                (
                    *(pk, "yes" if score else "no", "stop", score, 240, 8),
                    *(price[one.key], "measured", timezone.now()),
                )
                for pk, one, score in scored
            ),
        )
        self._copy(
            Score,
            ("trial_id", "scorer", "scorer_version", "value"),
            ((pk, "exact_match", "1", score) for pk, _, score in scored),
        )

    def _speed(self, candidates: Sequence[Candidate]) -> None:
        mean = {name: ms for name, _, _, ms in MODELS}
        SpeedRecord.objects.bulk_create(
            SpeedRecord(
                candidate=one,
                phase="single",
                index=index,
                ttft_ms=mean[one.key] / 5,
                total_ms=mean[one.key] * self.rng.lognormvariate(0, 0.3),
                completion_tokens=8,
            )
            for one in candidates
            for index in range(TIMED)
        )

    def _finish(self, run: Run, shape: Shape) -> None:
        run.candidates.update(state=Candidate.State.DONE)
        manifest = dict(run.manifest)
        manifest["samples"] = {**manifest["samples"], "count": shape.samples}
        now = timezone.now()
        Run.objects.filter(pk=run.pk).update(
            manifest=manifest,
            state=Run.State.COMPLETED,
            started_at=now - timedelta(minutes=9),
            finished_at=now,
        )
        RunEvent.objects.create(run=run, kind="run", text="All answers are in.")
        run.refresh_from_db()
        document = decided(run)
        text = formats.to_bytes(document).decode()
        StoredRecommendation.objects.create(
            run=run,
            outcome=str(document["outcome"]),
            recommended=str(document["recommended"] or ""),
            sentence=str(document["sentence"]),
            document=text,
            sha256=sha256(text.encode()).hexdigest(),
        )
        run = Run.objects.select_related("recommendation").get(pk=run.pk)
        summarise(run)

    def _next_id(self, table: str, count: int) -> int:
        """Reserve ``count`` ids of a table and return the first."""
        row = self.copying.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
            " nextval(pg_get_serial_sequence(%s, 'id')) + %s)",
            (table, table, count),
        ).fetchone()
        assert row is not None
        return int(row[0]) - count

    def _copy(
        self,
        model: type[Model],
        names: Sequence[str],
        rows: Iterator[tuple[object, ...]],
    ) -> None:
        """Copy rows; columns that are not named get the model's defaults."""
        rest = [
            field
            for field in model._meta.concrete_fields
            if field.column not in names and not auto(field)
        ]
        columns = [f'"{name}"' for name in (*names, *(one.column for one in rest))]
        more = tuple(plain(field.get_default()) for field in rest)
        statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        with self.copying.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((*row, *more))


def auto(field: "Field[Any, Any]") -> bool:
    """Say whether the database gives the field its value."""
    return isinstance(field, AutoField)


def plain(value: object) -> object:
    """Return a default as COPY takes it: lists and mappings as JSON."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def entry(name: str, price: float) -> dict[str, Any]:
    """Return a model of a setup; ``price`` is that of one request in dollars."""
    dollars = {"input_per_1m": 1000 * price, "output_per_1m": 3000 * price}
    return {"id": name, "engine": "fake", "price": dollars, "parameters": 10**9}
