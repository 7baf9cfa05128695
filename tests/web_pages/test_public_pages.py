"""Pages for everybody: the promise, help, the theme, and what went wrong."""

import pytest
from django.test import Client, RequestFactory

from advisor.web.views import server_error

from .conftest import Browser

pytestmark = pytest.mark.django_db

PUBLIC = {
    "/": "Choose the smallest model",
    "/how-recommendations-are-made/": "the cheapest candidate that we could certify",
    "/help/": "Help and contact",
    "/accessibility/": "WCAG 2.2",
    "/privacy/": "nothing leaves",
    "/styleguide/": "Components and states",
}


@pytest.mark.parametrize("path", PUBLIC)
def test_it_needs_no_account(path: str, browser: Browser):
    answer = browser(None).get(path)
    assert answer.status_code == 200
    assert PUBLIC[path] in answer.content.decode()


@pytest.mark.parametrize("path", PUBLIC)
def test_every_link_of_it_works(path: str, browser: Browser):
    client = browser(None)
    page = client.get(path).content.decode()
    links = {
        part.partition('"')[0].partition("?")[0] for part in page.split('href="')[1:]
    }
    for link in links:
        if link.startswith("/") and not link.startswith("/static/"):
            assert client.get(link).status_code in {200, 302}, link


def test_a_page_without_a_cookie_follows_the_system(browser: Browser):
    assert b"data-theme=" not in browser(None).get("/").content


@pytest.mark.parametrize(("now", "then"), [(None, "dark"), ("dark", "light")])
def test_the_switch_works_without_javascript(now, then, browser: Browser):
    client = browser(None)
    if now:
        client.cookies["theme"] = now
    answer = client.post("/theme/", {"theme": "other", "next": "/help/"})
    assert answer.url == "/help/"
    assert f'data-theme="{then}"' in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "elsewhere", "?page=2"]
)
def test_the_switch_leads_nowhere_else(browser: Browser, place: str):
    answer = browser(None).post("/theme/", {"next": place})
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_forged_theme_cookie_is_ignored(browser: Browser):
    client = browser(None)
    client.cookies["theme"] = 'x" onload="alert(1)'
    assert b"onload" not in client.get("/").content


def test_posting_takes_a_token(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/teams/new/", {"name": "Atlas"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_a_crash_shows_a_reference_and_no_detail():
    request = RequestFactory().get("/")
    request.request_id = "7f3a21c4deadbeef"
    answer = server_error(request)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "7F3A21C4" in text
    assert "Something broke on our side" in text


def test_what_is_not_there_says_where_to_go(browser: Browser):
    answer = browser(None).get("/no/such/page/")
    assert answer.status_code == 404
    assert "Go to your projects" in answer.content.decode()
