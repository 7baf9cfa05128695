"""The catalog shows each fact with its source and age, to those who may see it."""

import re
from datetime import date, timedelta

import pytest

from advisor.accounts.models import Team, User
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.memory import interval, peak_of
from advisor.catalog.pages.words import (
    by_token,
    bytes_in_gb,
    in_full,
    link_of,
    say,
    short_of,
    size,
    told_by,
    when,
)
from advisor.catalog.services import import_facts
from advisor.sizing.memory import Work
from tests.catalog.conftest import fact, make_card, make_machine, make_price
from tests.catalog.tables import rows_of
from tests.days import on_one_day
from tests.people import Browser

pytestmark = pytest.mark.django_db
ROOMS = (
    "/catalog/models/",
    "/catalog/models/qwen3-4b/",
    "/catalog/hardware/",
    "/catalog/hardware/nvidia-l4/",
    "/catalog/prices/",
    "/catalog/changes/",
)


def read(browser: Browser, user: User, address: str) -> str:
    answer = browser(user).get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def names(html: str) -> list[str]:
    """The models of a list, without what stands under their names."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', html)


@pytest.mark.parametrize("address", ROOMS)
def test_who_is_signed_in_may_read_and_nobody_else(
    address: str, card, machine, bob: User, browser: Browser
):
    assert browser(bob).get(address).status_code == 200
    answer = browser(None).get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_somebody_without_a_team_sees_the_shared_facts(card, browser: Browser):
    alone = User.objects.create_user("alone@example.com", "a long password indeed")
    html = read(browser, alone, "/catalog/models/")
    assert names(html) == ["qwen3-4b"]
    assert "Add private model" not in html


def test_a_fact_has_value_source_and_date(card, bob: User, browser: Browser):
    card.facts["licence"] = fact("apache-2.0", None, unverified=True, source="memory")

    def seen(today: date) -> str:
        card.facts["layers"] = fact(36, (today - timedelta(days=112)).isoformat())
        card.save()
        return read(browser, bob, "/catalog/models/qwen3-4b/")

    html = on_one_day(seen)
    rows = rows_of(html, "facttable")
    assert rows["Parameters"][:2] == ["4.02 billion", "https://models.example.com/card"]
    assert 'href="https://models.example.com/card"' in html
    assert rows["Licence"] == ["Apache-2.0", "unverified", "undated"]
    assert rows["Layers"][-1].endswith("112 days ago")


def test_models_are_searched_filtered_and_sorted_by_the_address(
    bob: User, browser: Browser
):
    make_card("small", parameters=500_000_000, licence="mit", languages=["de"])
    make_card("middle", context_tokens=131_072, family="Gemma")
    make_card("large", parameters=70_000_000_000)
    make_card("closed", parameters=None, source="")
    make_machine()

    def shown(query: str) -> list[str]:
        return names(read(browser, bob, f"/catalog/models/?{query}"))

    assert shown("") == ["small", "middle", "large", "closed"]
    assert shown("q=MIDD") == ["middle"]
    assert shown("size=10") == ["small", "middle"]
    assert shown("licence=mit") == ["small"]
    assert shown("family=Gemma") == ["middle"]
    assert shown("context=131072") == ["middle"]
    assert shown("language=de") == ["small"]
    assert shown("fits=nvidia-l4") == ["small", "middle"]
    assert shown("fits=nvidia-l4&precision=fp32") == ["small", "middle"]
    assert shown("sort=name") == ["closed", "large", "middle", "small"]
    assert shown("sort=unheard-of&page=x&size=-1") == shown("")


def test_an_empty_list_names_the_filter_that_hides_most(bob: User, browser: Browser):
    make_card("small", licence="mit")
    make_card("large", licence="gemma")
    html = read(browser, bob, "/catalog/models/?q=small&licence=gemma")
    assert "No model is like that. Remove the licence filter to see 1." in html or (
        "No model is like that. Remove the search to see 1." in html
    )


def test_a_long_list_comes_in_pages(bob: User, browser: Browser):
    for number in range(30):
        make_card(f"model-{number:02}", parameters=1000 + number)
    first = read(browser, bob, "/catalog/models/")
    assert len(names(first)) == 25
    assert "1 to 25 of 30" in first
    second = read(browser, bob, "/catalog/models/?page=2")
    assert names(second) == [f"model-{number}" for number in range(25, 30)]
    assert names(read(browser, bob, "/catalog/models/?page=99")) == names(second)


def test_the_model_that_is_asked_for_stands_beside_the_list(
    card, bob: User, browser: Browser
):
    make_card("tiny", parameters=1_000_000)
    html = read(browser, bob, "/catalog/models/?model=qwen3-4b")
    panel = html[html.index('id="facts-h"') :]
    assert panel.startswith('id="facts-h">qwen3-4b<')
    assert "32 query heads, 8 key-value heads" in panel
    assert "Memory with 16 parallel requests" in panel
    # As everywhere, by a server that reads prompts in parts.
    work = Work(prompt_tokens=2048, output_tokens=0, sequences=16, chunk=512)
    assert f"{interval(peak_of(card, 'fp8', work))} GB" in panel


def test_a_pattern_of_windows_is_told_in_words():
    told = [say("sliding_window_pattern", every) for every in (2, 3, 6)]
    assert told == ["every 2nd sees all", "every 3rd sees all", "every 6th sees all"]


def test_memory_is_an_interval_and_its_upper_end_decides(
    card, machine, bob: User, browser: Browser
):
    make_machine("small-card", numbers={"memory_gb": 5.0})
    html = read(browser, bob, "/catalog/models/qwen3-4b/?precision=fp8&parallel=4")
    rows = rows_of(html, "fit")
    told = rows["NVIDIA-L4 GPU"][0]
    assert rows["SMALL-CARD GPU"][0].startswith("Does not fit")
    assert rows["Browser tab WebAssembly, 32-bit memory"][0].startswith("Does not fit")
    low, high = re.match(r"Fits ([\d.]+) to ([\d.]+) of 24 GB", told).groups()
    assert 4.0 < float(low) < float(high) < 7.0
    assert "Estimated: base + weights + cache" in html


def test_a_tiny_model_fits_into_a_browser(machine, bob: User, browser: Browser):
    make_card("tiny", parameters=135_000_000)
    html = read(browser, bob, "/catalog/models/tiny/?parallel=1&prompt=512")
    row = rows_of(html, "fit")["Browser tab WebAssembly, 32-bit memory"]
    assert row[0].startswith("Fits")


def test_without_a_shape_the_weights_alone_are_told(
    machine, bob: User, browser: Browser
):
    card = make_card("hybrid")
    del card.facts["kv_cache_bytes_per_token_16bit"]
    card.save()
    html = read(browser, bob, "/catalog/models/hybrid/")
    assert "weights alone: the shape of the model is not known" in html
    assert rows_of(html, "fit")["NVIDIA-L4 GPU"][1:] == ["–", "–", "–", "–"]


def test_nothing_is_guessed_where_not_even_the_size_is_known(
    machine, bob: User, browser: Browser
):
    make_card("closed", parameters=None, facts={})
    html = read(browser, bob, "/catalog/models/closed/")
    assert "The number of parameters is not known" in html
    assert "Nothing is known yet." in html


def test_wrong_work_is_answered_at_its_fields(card, bob: User, browser: Browser):
    answer = browser(bob).get("/catalog/models/qwen3-4b/?parallel=0&rate=much")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Enter between 1 and 1,024 requests at once" in html
    assert "Enter between 0.01 and 10,000 requests a second" in html


def test_hardware_names_the_largest_model_that_fits(
    card, machine, bob: User, browser: Browser
):
    make_card("huge", parameters=70_000_000_000)
    make_machine("wide", numbers={"memory_gb": 48.0}, kind="edge")
    rows = rows_of(read(browser, bob, "/catalog/hardware/"))
    assert rows["WIDE"][:2] == ["Edge device", "48 GB"]
    assert rows["WIDE"][-1] == "qwen3-4b"
    assert rows["NVIDIA-L4"][4] == "$0.98"
    # 16 requests of 8,192 tokens keep 19 GB beside the weights.
    assert rows["NVIDIA-L4"][-1] == "–"


def test_prices_older_than_30_days_warn(card, bob: User, browser: Browser):
    fresh, old = make_price(card, "Fresh"), make_price(card, "Old")
    make_price(card, "Undated", as_of=None, unverified=True)

    def seen(today: date) -> str:
        for price, days in ((fresh, 30), (old, 31)):
            price.as_of = today - timedelta(days=days)
            price.save()
        return read(browser, bob, "/catalog/prices/")

    html = on_one_day(seen)
    assert "2 prices of 3 are older than 30 days." in html
    assert "31 days ago" in html
    assert "30 days ago" not in html
    stale = read(browser, bob, "/catalog/prices/?age=stale")
    vendors = [row[0] for row in rows_of(stale).values()]
    assert vendors == ["Undated"]
    assert "1 to 2 of 2" in stale


def test_prices_are_sorted_by_amount_and_an_unknown_one_comes_last(
    card, bob: User, browser: Browser
):
    make_price(card, "Dear", input_per_1m=9)
    make_price(card, "Cheap", input_per_1m=1)
    make_price(card, "Open", input_per_1m=None)
    html = read(browser, bob, "/catalog/prices/?sort=input")
    shown = html[html.index("<tbody>") :]
    order = [shown.index(name) for name in ("Cheap", "Dear", "Open")]
    assert order == sorted(order)


@pytest.mark.parametrize("address", ROOMS)
def test_ten_times_the_rows_are_no_more_queries(
    address: str,
    card,
    machine,
    bob: User,
    browser: Browser,
    django_assert_max_num_queries,
    django_assert_num_queries,
):
    client = browser(bob)
    client.get(address)
    make_price(card)
    with django_assert_max_num_queries(16) as first:
        client.get(address)
    for number in range(10):
        extra = make_card(f"more-{number}")
        make_machine(f"machine-{number}")
        make_price(extra)
        make_price(card, f"Vendor {number}")
    with django_assert_num_queries(len(first)):
        client.get(address)


def test_a_teams_own_rows_are_nobody_elses(
    team: Team, bob: User, charlie: User, browser: Browser
):
    own = make_card("secret-model", team=team)
    make_machine("ours", team=team)
    make_price(own, "Contract", team=team)
    assert "secret-model" in read(browser, bob, "/catalog/models/")
    for address in ("/catalog/models/", "/catalog/hardware/", "/catalog/prices/"):
        html = read(browser, charlie, address)
        assert "secret-model" not in html
        assert "OURS" not in html
        assert "Contract" not in html
    assert browser(charlie).get("/catalog/models/secret-model/").status_code == 404
    assert browser(charlie).get("/catalog/hardware/ours/").status_code == 404


def test_an_own_row_stands_in_for_the_shared_one(
    team: Team, card, machine, bob: User, charlie: User, browser: Browser
):
    make_card("qwen3-4b", team=team, name="Our Qwen", parameters=4_000_000_000)
    make_machine("nvidia-l4", team=team, name="Our L4", numbers={"price_per_hour": 0.4})
    make_price(card)
    ours = read(browser, bob, "/catalog/models/")
    assert names(ours) == ["Our Qwen"]
    assert "Models 1" in ours
    assert "Our L4" in read(browser, bob, "/catalog/hardware/")
    assert "$2.00" in read(browser, bob, "/catalog/models/qwen3-4b/")
    assert names(read(browser, charlie, "/catalog/models/")) == ["qwen3-4b"]


def test_viewers_read_and_editors_are_offered_to_write(
    card, edith: User, bob: User, browser: Browser
):
    add, own = "catalog/models/new/", "catalog/models/qwen3-4b/edit/"
    assert add in read(browser, edith, "/catalog/models/")
    assert own in read(browser, edith, "/catalog/models/qwen3-4b/")
    assert add not in read(browser, bob, "/catalog/models/")
    assert own not in read(browser, bob, "/catalog/models/qwen3-4b/")


def test_every_model_and_machine_that_ships_has_a_page(bob: User, browser: Browser):
    import_facts()
    client = browser(bob)
    for slug in ("gpt-3-175b", "qwen3-5-0-8b", "gpt-oss-20b", "tickets-small"):
        assert client.get(f"/catalog/models/{slug}/").status_code == 200
    assert client.get("/catalog/hardware/raspberry-pi-5/").status_code == 200
    assert ModelCard.objects.count() > 125
    assert HardwareProfile.objects.count() == 36
    for room in ("models", "hardware", "prices"):
        assert client.get(f"/catalog/{room}/?page=2").status_code == 200


@pytest.mark.parametrize(
    ("source", "url", "short"),
    [
        (
            "simonw/llm-prices data/openai.json @723ef0bd",
            "https://github.com/simonw/llm-prices/blob/723ef0bd/data/openai.json",
            "llm-prices",
        ),
        (
            "see https://www.example.com/a : b",
            "https://www.example.com/a",
            "example.com",
        ),
        ("team contract", "", "team contract"),
        ("javascript:alert(1)", "", "javascript:alert(1)"),
    ],
)
def test_a_source_becomes_a_link_where_it_names_a_place(source, url, short):
    assert (link_of(source), short_of(source)) == (url, short)


def test_words_and_figures_are_short_and_exact():
    assert [size(n) for n in (None, 999, 35_376, 999_885_952, 4_022_468_096)] == [
        *("–", "999", "35.4 K", "1 B", "4.02 B")
    ]
    assert in_full(596_049_920) == "596 million"
    assert [by_token(n) for n in (None, 0.075, 0.6, 1250)] == [
        *("–", "$0.075", "$0.60", "$1,250.00")
    ]
    assert [bytes_in_gb(n) for n in (0.00004, 0.05, 2.04)] == [
        "40 KB",
        "50 MB",
        "2.0 GB",
    ]
    assert [when(text) for text in ("2026-08-05", "2026-08", "2026")] == [
        *("5 Aug 2026", "Aug 2026", "2026")
    ]


def test_a_month_counts_from_its_first_day():
    told = told_by({"source": "x", "as_of": "2026-08"}, date(2026, 11, 26))
    assert (told.when, told.age, told.stale) == ("Aug 2026", "117 days ago", True)


def test_licences_languages_and_vendors_are_shown_by_name_and_asked_for_by_id(
    bob: User, browser: Browser
):
    card = make_card("small", licence="llama-3.2-community", languages=["de"])
    make_price(card, "openrouter")
    models = read(browser, bob, "/catalog/models/?licence=llama-3.2-community")
    assert '<td data-l="Licence">Llama 3.2 licence</td>' in models
    assert '<option value="llama-3.2-community" selected>Llama 3.2 licence' in models
    assert names(models) == ["small"]
    prices = read(browser, bob, "/catalog/prices/?vendor=openrouter")
    assert '<option value="openrouter" selected>OpenRouter' in prices
    assert "<span>OpenRouter" in prices
