"""The PDF says what the page says: every figure of table, sentence and limits."""

import json
from pathlib import Path
from random import Random

import pytest
from django.test import Client

from advisor.accounts.models import Membership, User
from advisor.reports.pages.comparison import comparison_of
from advisor.reports.pages.record import pdf_of
from advisor.reports.selectors import result_of
from advisor.runs.models import Run
from tests.reports.reading import needs_pdftotext, pdf_text, squeezed, texts
from tests.reports.setup_folder import (
    evaluate,
    recorded,
    write_answers,
    write_lines,
    write_setup,
)
from tests.runs.factory import keys, right

pytestmark = pytest.mark.django_db
LIMITS = {
    "quality_margin": 0.1,
    "min_quality": 0.7,
    "slices": {"vip": 0.6},
    "p95_latency_ms": 900,
    "ttft_ms": {"limit": 100, "level": "prefer"},
    "monthly_requests": 250_000,
    "monthly_budget_usd": 400,
    "max_memory_gb": {"limit": 8, "level": "prefer"},
    "languages": {"limit": ["en"], "level": "prefer"},
}


def rich_setup(folder: Path, **changes: object) -> Path:
    """Three models with times, prices and tags: everything that a page can show."""
    chance, names = Random(5), keys(80)
    path = write_setup(folder, constraints=LIMITS, objective="cost", **changes)
    for model, wrong, slow in (
        ("big", 2, 700.0),
        ("good", 3, 300.0),
        ("bad", 50, 90.0),
    ):
        answers = {
            key: {
                "output": output,
                "latency_ms": round(slow + chance.random() * 100, 1),
                "ttft_ms": round(slow / 4, 1),
                "prompt_tokens": 100,
                "completion_tokens": 20,
            }
            for key, output in right(names, wrong).items()
        }
        write_answers(folder / "recorded" / f"{model}.jsonl", answers)
    rows = (
        {
            "id": key,
            "input": f"{key}?",
            "expected": "yes",
            "tags": ["vip"] if index % 4 == 0 else ["other"],
        }
        for index, key in enumerate(names)
    )
    write_lines(folder / "samples.jsonl", rows)
    return path


def priced(name: str, price: float) -> dict[str, object]:
    return recorded(name, price={"input_per_1m": price, "output_per_1m": 2 * price})


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    needs_pdftotext()
    return rich_setup(
        tmp_path,
        reference=priced("big", 30),
        candidates=[priced("good", 5), priced("bad", 1)],
    )


def page_of(run: Run) -> str:
    reader = User.objects.create_user("reader@example.com", None)
    Membership.objects.create(team=run.team, user=reader, role="viewer")
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    where = f"/t/{run.team.slug}/p/{run.project.slug}/runs/{run.number}/compare/"
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_pdf_holds_every_figure_of_the_page(rich: Path, tmp_path: Path):
    done = evaluate(rich, "--report", str(tmp_path / "a.pdf"))
    assert f"\nPDF: {(tmp_path / 'a.pdf').resolve()}\n" in done.out
    html = page_of(Run.objects.get())
    paper = squeezed(pdf_text(tmp_path / "a.pdf"))

    head, *rows = texts(html, "whynot")
    assert len(rows) == 3
    for row in rows:
        assert len(row) >= 8
        assert squeezed("".join(row)) in paper, row
    assert squeezed("".join(head[:-1])) in paper

    headline = texts(html, "recsay")[0][0]
    rest = texts(html, "recsub")[0][0]
    assert squeezed(headline + rest) in paper

    comparison = comparison_of(result_of(Run.objects.get()))
    assert len(comparison.limits) >= 7
    on_page = squeezed("".join("".join(row) for row in texts(html, "limits")))
    for limit in comparison.limits:
        shown = [limit.value or "–", limit.limit or "", *limit.lines]
        assert all(squeezed(text) in on_page for text in shown if limit.limit)
        value = limit.value or "; ".join(limit.lines) or "–"
        told = f"{limit.label}{limit.limit or ''}{value}{limit.verdict.text}"
        assert squeezed(told) in paper, told

    for row in comparison.latency_table.rows:
        assert squeezed("".join(row)) in paper, row
    for fact in (*comparison.method, *comparison.provenance):
        for text in (*([fact.value] if fact.value else []), *fact.lines):
            assert squeezed(text) in squeezed("".join(sum(texts(html, "main"), [])))
            assert squeezed(text) in paper, text


def test_page_pdf_terminal_and_json_agree(rich: Path, tmp_path: Path):
    done = evaluate(rich, "--json", str(tmp_path / "a.json"))
    document = json.loads((tmp_path / "a.json").read_text())
    html = squeezed("".join(sum(texts(page_of(Run.objects.get()), "main"), [])))
    assert squeezed(document["sentence"]) in squeezed(done.out)
    assert squeezed(document["sentence"]) in html
    for one in document["candidates"]:
        assert one["reason"] in done.out
    for row in comparison_of(result_of(Run.objects.get())).rows:
        assert row.reason
        assert squeezed(row.reason) in html
    assert f"sha256:{document['provenance']['samples_sha256']}" in html
    assert f"sha256:{document['provenance']['rule_sha256']}" in html


def test_the_same_run_gives_the_same_bytes_of_paper(rich: Path, tmp_path: Path):
    evaluate(rich, "--report", str(tmp_path / "a.pdf"))
    assert pdf_of(Run.objects.get()) == (tmp_path / "a.pdf").read_bytes()
