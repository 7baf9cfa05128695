"""Texts of strangers stay texts: on the page, on paper and in the terminal."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from advisor.accounts.models import Membership, User
from advisor.reports.pages.record import record_of
from advisor.reports.pages.record.paper import paper_of
from advisor.reports.paper.rendering import render_pdf
from advisor.reports.selectors import result_of
from advisor.runs.models import Answer, Run
from advisor.web.plain import visible
from tests.reports.reading import needs_pdftotext, pdf_text, squeezed
from tests.reports.setup_folder import (
    evaluate,
    recorded,
    write_answers,
    write_lines,
    write_setup,
)
from tests.reports.test_same_numbers import page_of
from tests.runs.factory import keys, right

pytestmark = pytest.mark.django_db
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</pre><svg/onload=alert(3)>",
    '#read("/etc/passwd") #import "@preview/x:1.0.0": *',
    "$ x^2 $ *bold* _it_ `raw` = Head <label> @ref \\ // /*",
    '=HYPERLINK("http://x","y")',
    "{{ 7*7 }} {% debug %} ${7*7}",
    "a\u202egnp.exe\u202c and \u200bzero\u2060width\ufeff",
    "tag \U000e0041\U000e0042 nul \x00 bell \x07 esc \x1b[31m",
    "עברית العربية 漢字 👩\u200d👩\u200d👧 ẞ",
    "w" * 100_000,
    "line\u2028separator\r\nand\rreturn",
)
SHOWN = [visible(text.replace("\x00", "\ufffd")) for text in HOSTILE]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run whose samples, tags, answers, ids, files and goal are all hostile."""
    names = keys(40)
    path = write_setup(
        tmp_path,
        project='<b>P</b> & #emph[x] "quoted"',
        goal=HOSTILE[3] + HOSTILE[0],
        constraints={"quality_margin": 0.2},
        owner="=cmd|' /C calc'!A0",
        candidates=[recorded("good"), recorded("<i>&#x") | {"id": "odd"}],
    )
    answers = {key: HOSTILE[at % len(HOSTILE)] for at, key in enumerate(names)}
    ids = dict.fromkeys(names)
    ids |= {names[0]: '"><b>id', names[1]: "id\u202eevil"}

    def renamed(found: dict[str, str]) -> dict[str, str]:
        return {ids[key] or key: text for key, text in found.items()}

    folder = tmp_path / "recorded"
    write_answers(folder / "<i>&#x.jsonl", renamed(answers))
    for model in ("big", "good"):
        write_answers(folder / f"{model}.jsonl", renamed(right(names)))
    rows = (
        {
            "id": ids[key] or key,
            "input": HOSTILE[at % len(HOSTILE)][:30_000],
            "expected": "yes",
            "tags": [HOSTILE[at % 3], "rtl \u202e tag"],
        }
        for at, key in enumerate(names)
    )
    write_lines(tmp_path / "samples.jsonl", rows)
    done = evaluate(path, "--report", str(tmp_path / "a.pdf"))
    assert done.status == 0, done.err
    return Run.objects.get()


def reader(run: Run) -> Client:
    user = User.objects.create_user("reader2@example.com", None)
    Membership.objects.create(team=run.team, user=user, role="viewer")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def harmless(html: str) -> bool:
    """No markup of a stranger, nothing hidden, nothing that turns the text around."""
    low = html.lower()
    markup = (
        "<script>alert",
        "<img src=x",
        "<svg/onload",
        "<b>p</b>",
        "<i>&#x",
        "<b>id",
    )
    hidden = ("\u202e", "\u200b", "\x00", "\x07", "\U000e0041", "\u2028")
    return not any(text in low for text in markup) and not any(
        sign in html for sign in hidden
    )


def test_the_comparison_shows_texts_and_runs_nothing(run: Run):
    html = page_of(run)
    assert harmless(html)
    assert "&lt;b&gt;P&lt;/b&gt; &amp; #emph[x]" in html
    assert "rtl [U+202E] tag" in html
    start = html.index('type="application/json"')
    chart = html[html.index(">", start) + 1 : html.index("</script>", start)]
    assert {"light", "colours"} <= set(json.loads(chart))


def test_each_answer_is_shown_as_it_came(run: Run):
    client = reader(run)
    where = f"/t/{run.team.slug}/p/{run.project.slug}/runs/1/"
    for page in (1, 2):
        assert harmless(client.get(f"{where}samples/?page={page}").content.decode())
    answers = Answer.objects.filter(trial__candidate__key="odd")
    for answer in answers.select_related("trial__sample").order_by("trial__sample")[
        :13
    ]:
        key = urlencode({"sample": answer.trial.sample.key})
        response = client.get(f"{where}sample/?{key}")
        assert response.status_code == 200
        html = response.content.decode()
        assert harmless(html)
        cards = response.context["page"].answers
        card = next(one for one in cards if one.who.startswith("odd"))
        assert card.text == visible(answer.output)
    assert visible("a\x00\u202eb") == "a[U+0000][U+202E]b"


def test_paper_shows_the_same_texts(run: Run, tmp_path: Path):
    needs_pdftotext()
    paper = pdf_text(tmp_path / "a.pdf")
    text = squeezed(paper)
    assert squeezed('<b>P</b> & #emph[x] "quoted"') in text
    assert squeezed(HOSTILE[3] + HOSTILE[0]) in text
    assert squeezed("=cmd|' /C calc'!A0") in text
    assert squeezed("rtl [U+202E] tag") in text
    assert "<i>&#x.jsonl" in text
    assert "root:" not in paper
    assert "\u202e" not in paper


def test_any_text_anywhere_in_the_record_makes_a_pdf(run: Run, tmp_path: Path):
    """Every text of the record is replaced by a hostile one in turn."""
    needs_pdftotext()
    result = result_of(run)
    record = paper_of(record_of(result))
    record["context"] = list(HOSTILE)
    record["notices"] = list(HOSTILE)
    record["sentence"] = HOSTILE[4]
    record["brief"] = [[text, text] for text in HOSTILE[:8]]
    record["samples"] = [
        {"title": text, "input": text, "expected": text, "answers": [[text, text]]}
        for text in HOSTILE
    ]
    (tmp_path / "b.pdf").write_bytes(render_pdf(record))
    text = squeezed(pdf_text(tmp_path / "b.pdf"))
    for shown in SHOWN[:7]:
        assert squeezed(shown) in text, shown
    assert "w" * 1000 in text
    assert "[U+202E]gnp.exe" in text
    assert "[U+E0041]" in text


def test_the_terminal_is_sent_no_control_characters(tmp_path: Path):
    path = write_setup(tmp_path, sampels="\x1b[31m\u202e\x07red\nnext")
    done = evaluate(path)
    assert len(done.lines) == 1
    assert done.lines[0].isprintable()
    assert r"\x1b[31m\u202e\x07red\nnext" in done.lines[0]
