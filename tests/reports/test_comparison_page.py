"""The comparison answers first, then says why not the others, and charts it."""

import json
import re

import plotly.graph_objects as go
import pytest

from advisor.accounts.models import Team, User
from advisor.charts.cost_volume import cost_volume
from advisor.charts.values import CostLine, CostVolume
from advisor.reports.pages.volumes import roughly
from advisor.runs import services
from tests.people import Browser
from tests.reports.reading import squeezed, texts
from tests.runs.factory import keys, right
from tests.runs.finished import finished, make_run, timed, url_of

pytestmark = pytest.mark.django_db


def page(user: User, browser: Browser, run) -> str:
    answer = browser(user).get(url_of(run, "compare/"))
    assert answer.status_code == 200
    return answer.content.decode()


def charts_in(html: str) -> dict[str, dict[str, object]]:
    found = re.findall(
        r'<script id="(chart-[\w-]+)" type="application/json">(.*?)</script>', html
    )
    return {name: json.loads(text) for name, text in found if name != "chart-theme"}


def test_the_sentence_comes_first_then_why_not_the_others(
    team: Team, bob: User, browser: Browser
):
    run = finished(team)
    html = page(bob, browser, run)
    headline, _, rest = run.recommendation.sentence.partition(". ")
    order = [headline, rest.split(".")[0], "Why not the others", "Cost and quality"]
    order += ["Latency</h2>", "Quality by tag</h2>", "Samples</h2>", "Techniques</h2>"]
    order += ["Method and limits</h2>"]
    main = html[html.index("<main") :].replace("&#x27;", "'")
    places = [main.index(text) for text in order]
    assert places == sorted(places)
    rows = texts(html, "whynot")[1:]
    assert [row[0] for row in rows] == ["good", "bad", "big"]
    heads = ["Recommended", "50.0 points short on quality", "Reference"]
    assert [row[-2] for row in rows] == heads
    assert rows[1][-1].startswith("Loses 60.0 points, 10.0 points allowed.")


def test_what_was_not_measured_is_a_dash(team: Team, bob: User, browser: Browser):
    untimed = {"id": "untimed", "answers": right(keys(80), 3)}
    timely = {"id": "timely", "answers": timed(3, 300)}
    html = page(bob, browser, finished(team, candidates=[untimed, timely]))
    rows = {row[0]: row for row in texts(html, "whynot")[1:]}
    assert rows["untimed"].count("–") == 1
    assert rows["timely"].count("–") == 0
    assert "$0" not in squeezed("".join(sum(rows.values(), [])))


def test_a_column_that_nobody_fills_is_left_out(
    team: Team, bob: User, browser: Browser
):
    head = texts(page(bob, browser, finished(team)), "whynot")[0]
    assert "p95" in head
    assert not any(text.startswith("Cost") for text in head)


def test_charts_are_figures_that_plotly_takes(team: Team, bob: User, browser: Browser):
    charts = charts_in(page(bob, browser, finished(team)))
    assert set(charts) == {"chart-trade-off", "chart-latency"}
    for figure in charts.values():
        for layout in (figure["layout"], figure.get("narrow", figure["layout"])):
            drawn = go.Figure(data=figure["data"], layout=layout)
            assert len(drawn.data) >= 3


def test_without_times_there_is_no_latency_chart(
    team: Team, bob: User, browser: Browser
):
    run = finished(
        team,
        reference={"id": "big", "answers": right(keys(80), 2)},
        candidates=[{"id": "good", "answers": right(keys(80), 3)}],
        constraints={"quality_margin": 0.1},
    )
    html = page(bob, browser, run)
    assert set(charts_in(html)) == {"chart-trade-off"}
    assert 'href="#latency"' not in html
    assert 'id="latency"' not in html


@pytest.mark.parametrize(
    ("setup", "kicker", "words"),
    [
        ({}, "Recommendation", "Use good"),
        (
            {"candidates": [{"id": "bad", "answers": timed(50, 90)}]},
            "None qualifies",
            "No candidate",
        ),
        (
            {"constraints": {"quality_margin": 0.02}, "promise": "traffic"},
            "Undecided",
            "further samples",
        ),
        (
            {
                "candidates": [{"id": "bad", "answers": timed(50, 90)}],
                "constraints": {"quality_margin": 0.1},
            },
            "Keep the reference",
            "It meets every constraint and no candidate does",
        ),
        (
            {
                "candidates": [
                    {"id": "slow", "answers": timed(2, 9000)},
                    {"id": "bad", "answers": timed(50, 90)},
                ],
                "constraints": {"min_quality": 0.5, "p95_latency_ms": 80},
                "reference": None,
            },
            "None qualifies",
            "No candidate",
        ),
    ],
)
def test_each_outcome_is_a_page(
    setup: dict[str, object],
    kicker: str,
    words: str,
    team: Team,
    bob: User,
    browser: Browser,
):
    html = page(bob, browser, finished(team, **setup))
    shown = texts(html, "main")
    assert kicker in sum(shown, [])
    told = " ".join(sum(texts(html, "recsay") + texts(html, "recsub"), []))
    assert words in told, told


def test_a_run_without_an_end_leads_to_the_run(team: Team, bob: User, browser: Browser):
    run = make_run(team)
    html = page(bob, browser, run)
    assert "No comparison yet" in html
    assert f'href="{url_of(run)}"' in html


def test_few_samples_and_gaps_are_told_before_the_figures(
    team: Team, bob: User, browser: Browser
):
    answers = right(keys(20))
    del answers["s0003"]
    run = finished(
        team,
        samples=20,
        reference={"id": "big", "answers": right(keys(20))},
        candidates=[{"id": "good", "answers": answers}],
        constraints={"quality_margin": 0.5},
    )
    html = page(bob, browser, run)
    assert html.index("Few samples.") < html.index("Why not the others")
    assert "Gaps." in html


def test_a_run_of_nothing_but_gaps_is_a_page(team: Team, bob: User, browser: Browser):
    run = finished(
        team,
        reference=None,
        candidates=[{"id": "cut", "answers": {"elsewhere": "x"}}],
        constraints={"min_quality": 0.5},
    )
    html = page(bob, browser, run)
    assert "nothing but gaps so far" in html
    # Nothing was answered: no limit is proposed, the least one included.
    assert "with a limit of" not in html
    assert "Would need" not in html


def test_a_cancelled_run_says_what_was_not_asked(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    one = services.due_candidates([run.pk])[0]
    services.drive(run_id=run.pk, candidate_id=one.pk)
    services.cancel(run=run)
    html = page(bob, browser, run)
    assert "Cancelled." in html
    assert "160 of 240 answers were not asked." in html
    assert "160 were not asked, as the run was stopped." in html


def test_a_project_leads_to_its_latest_comparison(
    team: Team, bob: User, browser: Browser
):
    first = finished(team)
    make_run(team)
    answer = browser(bob).get(f"/t/{team.slug}/p/tickets/")
    assert answer.url == url_of(first, "compare/")


def test_the_json_is_the_stored_one(team: Team, bob: User, browser: Browser):
    run = finished(team)
    answer = browser(bob).get(url_of(run, "recommendation.json"))
    assert answer.content.decode() == run.recommendation.document
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert "attachment" in answer.headers["Content-Disposition"]


PAGES = (
    "compare/",
    "samples/",
    "sample/?sample=s0001",
    "report/",
    "recommendation.json",
)


def test_members_read_and_strangers_find_nothing(
    team: Team, bob: User, charlie: User, browser: Browser
):
    run = finished(team)
    for rest in PAGES:
        url = url_of(run, rest)
        assert browser(bob).get(url).status_code == 200
        assert browser(charlie).get(url).status_code == 404
        assert browser(None).get(url).status_code == 302
        own = url.replace(team.slug, "elsewhere")
        assert browser(charlie).get(own).status_code == 404


def test_it_asks_the_database_no_more_for_more_candidates(
    team: Team, bob: User, browser: Browser, django_assert_num_queries
):
    few = finished(team, name="Few")
    more = finished(
        team,
        name="More",
        candidates=[
            {"id": f"m{number}", "answers": timed(number, 100 + number)}
            for number in range(6)
        ],
    )
    client, urls = browser(bob), [url_of(run, "compare/") for run in (few, more)]
    for url in urls:
        client.get(url)
        with django_assert_num_queries(7):
            client.get(url)


def test_a_page_weighs_little_without_the_chart_library(
    team: Team, bob: User, browser: Browser
):
    # The stylesheet and the scripts take 40 KB more as they are sent.
    assert len(page(bob, browser, finished(team)).encode()) < 110_000


def test_a_time_that_failures_leave_without_an_end_is_no_dash(
    team: Team, bob: User, browser: Browser
):
    failed = {key: {"error": "timeout"} for key in keys(80)[:10]}
    answers = {**timed(3, 300), **failed}
    run = finished(
        team,
        reference={"id": "big", "answers": timed(40, 400)},
        candidates=[{"id": "flaky", "answers": answers}],
        constraints={"quality_margin": 0.1, "p95_latency_ms": 500},
    )
    html = page(bob, browser, run)
    row = next(row for row in texts(html, "whynot") if row[0].startswith("flaky"))
    assert "Too slow" in row
    assert "unbounded" in row
    assert "p95 latency unbounded, limit 500 ms." in " ".join(row)
    assert "unbounded" in " ".join(sum(texts(html, "limits"), []))


def test_candidates_of_one_price_cost_as_much_as_each_other(
    team: Team, bob: User, browser: Browser
):
    def priced(name: str, wrong: int, dollars: float) -> dict[str, object]:
        answers = {
            key: {"output": output, "cost_usd": dollars}
            for key, output in right(keys(80), wrong).items()
        }
        return {"id": name, "answers": answers}

    run = finished(
        team,
        reference=priced("big", 2, 0.5),
        candidates=[priced("one", 3, 0.25), priced("two", 3, 0.25)],
        constraints={"quality_margin": 0.1, "monthly_requests": 1000},
        objective="cost",
    )
    told = squeezed(page(bob, browser, run))
    assert squeezed("Costs as much as one.") in told
    assert squeezed("$0 a month") not in told


def test_a_limit_that_would_change_the_answer_does_so_as_it_is_told(
    team: Team, bob: User, browser: Browser
):
    def priced(name: str, wrong: int, slow: float, dollars: float) -> dict[str, object]:
        answers = {
            key: {**one, "cost_usd": dollars} for key, one in timed(wrong, slow).items()
        }
        return {"id": name, "answers": answers}

    run = finished(
        team,
        reference=priced("big", 2, 700, 0.25),
        candidates=[priced("good", 3, 300, 0.5)],
        constraints={"quality_margin": 0.1, "p95_latency_ms": 1000},
        objective="cost",
    )
    html = page(bob, browser, run)
    # At 706 ms itself the reference still meets the limit, and costs less.
    assert "p95 latency: with a limit of 705 ms it would be good." in html
    (query,) = re.findall(r'href="[^"]*compare/\?(p95=[\d.]+)#what-if-h"', html)
    tried = browser(bob).get(f"{url_of(run, 'compare/')}?{query}").content.decode()
    assert "Would use good" in tried
    assert (
        "no certified one is cheaper"
        in browser(bob).get(f"/t/{team.slug}/").content.decode()
    )


def test_the_weakest_tag_is_a_column_however_rare(
    team: Team, bob: User, browser: Browser
):
    tags = [[f"t{place % 8}", *(["rare"] if place < 6 else [])] for place in range(80)]
    run = finished(
        team,
        samples=[
            {"id": key, "tags": tags[place]} for place, key in enumerate(keys(80))
        ],
    )
    html = page(bob, browser, run)
    assert "The weakest spot of good is rare" in html
    assert '<th scope="col">rare (6)</th>' in html
    report = browser(bob).get(url_of(run, "report/")).content.decode()
    assert "rare is the weakest spot" in report


def test_names_and_options_are_written_as_they_are_read(
    team: Team, bob: User, browser: Browser
):
    answers = {"answers": right(keys(120))}
    run = finished(
        team,
        samples=120,
        reference={"id": "large", **answers},
        candidates=[
            {"id": "good", "parameters": 10, **answers},
            {"id": "next", "parameters": 99, **answers},
        ],
        constraints={"quality_margin": 0.2},
        objective="size",
        stop="decided",
        scorer={"name": "label_accuracy", "labels": ["yes", "no"]},
    )
    html = page(bob, browser, run)
    assert "good was certified first." in html
    assert "Good was" not in html
    assert "No cost is known." in html
    assert "Label accuracy (labels yes, no" in html


def test_one_sample_is_told_as_one(team: Team, bob: User, browser: Browser):
    run = finished(
        team,
        samples=[{"id": "s0000"}],
        reference={"id": "big", "answers": {"s0000": "yes"}},
        candidates=[{"id": "good", "answers": {"s0000": "yes"}}],
        constraints={"quality_margin": 0.1},
    )
    html = page(bob, browser, run)
    assert "1 sample tells models apart" in html
    assert "1 samples" not in html


@pytest.mark.parametrize("volume", [124_000.0, 126_000.0, 99_600.0])
def test_a_break_even_is_written_as_its_chart_has_it(volume: float):
    line = CostLine(
        label="a", verdict="reference", volumes=(1e3, 1e6), costs=(1.0, 1000.0)
    )
    chart = CostVolume(lines=(line, line), summary="", break_even=((volume, 9.0),))
    drawn = json.dumps(cost_volume(chart, mode="light"))
    told = roughly(volume).removeprefix("about ")
    assert f"Break-even: {told} a month" in drawn


def test_recorded_times_are_not_told_as_measured(
    team: Team, bob: User, browser: Browser
):
    limits = {"quality_margin": 0.1, "peak_requests_per_second": 3}
    for name, limit in (("One", 500), ("Two", None)):
        limits["p95_latency_ms"] = limit
        html = page(bob, browser, finished(team, name=name, constraints=limits))
        assert "s recorded." in html
        assert "easured at 3.0 requests/s" not in html


def test_what_is_not_settled_is_named_once(team: Team, bob: User, browser: Browser):
    run = finished(
        team,
        constraints={"quality_margin": 0.02, "min_quality": 0.97},
        promise="traffic",
    )
    html = page(bob, browser, run)
    assert "Quality not settled" in html
    assert "Quality and" not in html


def test_who_had_no_turn_in_a_cancelled_run_is_told_why(
    team: Team, bob: User, browser: Browser
):
    run = make_run(team)
    services.begin(run.pk)
    services.run_inline(run, on_slice=lambda _: services.cancel(run=run))
    html = page(bob, browser, run)
    assert "The run ended before its turn." in html
    assert "Not run." not in html
