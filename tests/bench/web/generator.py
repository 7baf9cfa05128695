"""A seeded world: teams, projects and finished runs with as many answers as asked.

Rows of trials, answers and scores are made in bulk; recommendations and summaries are
made by the product's own services from these rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.accounts.services import create_team
from advisor.projects.models import Sample
from advisor.runs.models import (
    Candidate,
    Run,
    RunEvent,
    SpeedRecord,
    StoredRecommendation,
    Trial,
)
from advisor.runs.services import decided, launch
from advisor.runs.services.summarising import summarise
from advisor.sizing import formats
from tests.bench.web.bulk import Bulk
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
MAIL, NAME = "bench@example.com", "Bench"


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
    """Fills a database."""

    def __init__(self, url: str, seed: int) -> None:
        self.rng = Random(seed)
        self.owner = User.objects.create_user(
            MAIL, "a long walk on a cold beach", name=NAME
        )
        self.team: Team = create_team(name=NAME, owner=self.owner)
        self.bulk = Bulk(url)

    def fill(self, wanted: Sequence[Shape]) -> None:
        """Make a project with a finished run of each shape."""
        runs = [self._run(shape) for shape in wanted]
        self.bulk.analyse()
        for run, shape in zip(runs, wanted, strict=True):
            self._finish(run, shape)
        self.bulk.analyse()

    def _run(self, shape: Shape) -> Run:
        named = MODELS[: shape.models]
        entries = [entry(name, price) for name, _, price, _ in named]
        setup = make_setup(
            project=make_project(self.team),
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
        made = setup.sample_set_id
        Sample.objects.filter(sample_set=made).delete()
        assert made is not None
        self.bulk.samples(made, self._texts(shape.samples))
        known = {name: (share, price) for name, share, price, _ in named}
        candidates = list(run.candidates.order_by("pk"))
        answering = {one: known[one.key] for one in candidates}
        self.bulk.answers(run, answering, seed=self.rng.random())
        self._speed(candidates)
        return run

    def _texts(self, count: int) -> Iterator[tuple[str, list[str]]]:
        for _ in range(count):
            text = " ".join(self.rng.choices(WORDS, k=24))
            yield text, self.rng.sample(TAGS, 2)

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


def entry(name: str, price: float) -> dict[str, Any]:
    """Return a model of a setup; ``price`` is that of one request in dollars."""
    dollars = {"input_per_1m": 1000 * price, "output_per_1m": 3000 * price}
    return {"id": name, "engine": "fake", "price": dollars, "parameters": 10**9}
