"""The last step says what will be run, what it costs at most, and asks for consent."""

from tests.wizard.walk import Walk, text

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
        "Cost": "nothing is paid",
    }


def test_calls_cost_at_most_their_longest_answers(ready: Walk):
    ready.add("endpoint", "api", **SERVER, input_per_1m="0", output_per_1m="100")
    found = facts(text(ready.open("review")))
    assert (found["Answers"], found["Paid calls"]) == ("120", "40")
    assert found["Cost"] == "at most $1.02"  # 40 x 256 tokens at $100 per million


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
