"""The last step says what will be run, what it costs at most, and asks for consent."""

from datetime import timedelta

from advisor.accounts.models import Team
from advisor.runs import services
from advisor.runs.selectors.speeds import seconds_per_answer
from tests.runs.factory import keys
from tests.wizard.walk import Walk, lines, text

SERVER = {
    "base_url": "https://models.example.com/v1",
    "model": "small-1",
    "hosting": "public_api",
}


def facts(page: str) -> dict[str, str]:
    """The facts of the panel at the side."""
    panel = page.split("This run")[1].split("</aside>")[0]
    terms = [part.split("</dt>")[0] for part in panel.split("<dt>")[1:]]
    values = [part.split("</dd>")[0] for part in panel.split("<dd>")[1:]]
    return dict(zip(terms, values, strict=True))


def test_every_answer_is_shown_with_a_way_back(ready: Walk):
    ready.limit(margin="20", p95="0.8", p95_level="prefer", hosting=["own_server"])
    page = text(ready.open("review"))
    for told in (
        *("Classification", "Lead architect", "Slowest acceptable answer", "800 ms"),
        *("preferred", "On premises", "20.0 points", "40 samples", "large", "small"),
    ):
        assert told in page, told
    for step in ("goal", "constraints", "samples", "candidates"):
        assert f'href="{ready.base}setup/{step}/">Change' in page


def test_recorded_answers_cost_nothing(ready: Walk):
    assert facts(text(ready.open("review"))) == {
        "Answers": "80",
        "Paid calls": "0",
        "Time": "under 1 s",
        "Cost": "nothing is paid",
    }


def test_calls_cost_at_most_their_longest_answers(ready: Walk):
    ready.add("endpoint", "api", **SERVER, input_per_1m="0", output_per_1m="100")
    found = facts(text(ready.open("review")))
    assert (found["Answers"], found["Paid calls"]) == ("120", "40")
    # 40 x 2 to 256 tokens at $100 per million
    assert found["Cost"] == "about $0.008, at most $1.02"


def test_a_price_that_is_not_known_leaves_the_cost_open(ready: Walk):
    ready.add("endpoint", "api", **SERVER)
    assert facts(text(ready.open("review")))["Cost"] == "–"


def test_nothing_is_sent_outside_without_consent(ready: Walk):
    ready.add("endpoint", "api", **SERVER)
    assert "Each input goes to api, outside your network." in text(ready.open("review"))
    answer = ready.launch()
    assert answer.status_code == 422
    assert "Confirm that these samples may be sent" in text(answer)
    assert not ready.project.runs.exists()


def test_a_server_of_ones_own_needs_no_consent(ready: Walk):
    ready.add("endpoint", "api", **{**SERVER, "hosting": "own_server"})
    assert 'name="consent"' not in text(ready.open("review"))


def launched(walk: Walk, **changes: object) -> str:
    answer = walk.launch(**changes)
    return text(answer) if answer.status_code == 422 else str(answer.status_code)


def test_the_cap_starts_at_twice_the_estimate(ready: Walk):
    ready.score(max_output_tokens="2")
    ready.add("endpoint", "api", **SERVER, input_per_1m="0", output_per_1m="10000")
    page = text(ready.open("review"))
    assert "Estimate: about $0.80." in page  # 40 answers x 2 tokens at $0.01
    assert 'name="budget_usd" value="1.6"' in page


def test_a_cap_under_the_estimate_or_over_the_teams_is_refused(ready: Walk, team: Team):
    team.run_cap_micro, team.month_cap_micro = 5_000_000, 20_000_000
    team.save()
    ready.score(max_output_tokens="2")
    ready.add("endpoint", "api", **SERVER, input_per_1m="0", output_per_1m="10000")
    page = text(ready.open("review"))
    assert "Your team allows $5.00 a run. Your team has $20.00 left in" in page
    told = "Enter at least $0.80, the estimate, and at most $5.00"
    for cap in ("0.5", "6"):
        assert told in launched(ready, budget_usd=cap, consent="on")
    assert not ready.project.runs.exists()
    assert launched(ready, budget_usd="2", consent="on") == "302"
    assert ready.run.cap_micro == 2_000_000


def personal(walk: Walk) -> None:
    """Samples of which two hold an address, and an endpoint outside."""
    rows = [
        {
            "id": key,
            "input": f"{key}, ann@example.org" if n < 2 else key,
            "expected": "yes",
        }
        for n, key in enumerate(keys(40))
    ]
    walk.upload(lines(rows))
    walk.score()
    walk.add("endpoint", "api", **SERVER)


def test_personal_data_leaves_with_a_consent_of_its_own_only(ready: Walk):
    personal(ready)
    page = text(ready.open("review"))
    assert "2 samples may hold some; step 3 shows where." in page
    told = "Mask the samples in step 3, or confirm that they may be sent as they are"
    assert told in launched(ready, consent="on")
    assert launched(ready, consent="on", consent_personal_data="on") == "302"


def test_masked_samples_leave_with_the_plain_consent(ready: Walk):
    personal(ready)
    ready.post("samples/mask")
    stored = ready.draft.sample_set
    assert stored.samples.first().input == "s0000, [e-mail]"
    assert stored.notes[0] == "Masked in 2 samples."
    assert "consent_personal_data" not in text(ready.open("review"))
    assert launched(ready, consent="on") == "302"


def test_new_samples_ask_for_consent_anew(ready: Walk):
    personal(ready)
    launched(ready, consent="on", consent_personal_data="on")
    ready.limit(margin="20")
    assert ready.document["consent"] is True
    ready.upload(lines({"id": k, "input": k, "expected": "no"} for k in keys(41)))
    assert "consent" not in ready.document


def test_a_step_that_was_left_half_way_keeps_from_launching(ready: Walk):
    ready.post("constraints/keep", {"margin": "3"})
    told = "Constraints: what you typed last was not checked."
    assert told in text(ready.open("review"))
    assert told in launched(ready)
    ready.limit(margin="3")
    assert launched(ready) == "302"


def test_earlier_runs_say_how_long_it_takes(ready: Walk, team: Team):
    ready.launch()
    run = services.run_inline(ready.run)
    asked = {"engine": "transformers", "model": "builtin/x", "precision": "fp32"}
    assert seconds_per_answer(team, asked) is None
    done = run.candidates.get(key="small")
    done.engine, done.spec = "transformers", {**done.spec, **asked}
    done.started_at = done.finished_at - timedelta(seconds=80)
    done.save()
    figure = seconds_per_answer(team, asked)
    assert figure is not None
    assert (figure.value, figure.n, figure.origin) == (2.0, 1, "measured")
