"""The styleguide shows every component in every state; that it renders is a test."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

from advisor.web.styleguide import styleguide_page

from .conftest import Browser

COMPONENTS = sorted((Path(settings.BASE_DIR) / "templates/components").glob("*.html"))
# Shown by the page around the specimens, or inside another component.
ELSEWHERE = {"toasts", "theme_button"}


class Shape(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.classes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.classes |= set((dict(attrs).get("class") or "").split())


@pytest.fixture
def page(db: None, browser: Browser) -> str:
    answer = browser(None).get("/styleguide/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_every_component_is_shown():
    folder = Path(settings.BASE_DIR) / "templates"
    shown = "".join(
        path.read_text()
        for part in ("web/styleguide.html", "web/styleguide", "components")
        for path in [folder / part, *(folder / part).glob("*.html")]
        if path.is_file()
    )
    missing = {
        path.stem
        for path in COMPONENTS
        if f"components/{path.stem}.html" not in shown and path.stem not in ELSEWHERE
    }
    assert not missing


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_opens_with_its_contract(path: Path):
    text = path.read_text()
    assert text.startswith('{% comment "text/markdown" %}\n')
    contract, _, body = text.partition("{% endcomment %}")
    assert "Include with `only`" in contract
    assert "<form" not in body


def test_each_verdict_gauge_and_error_appears(page: str):
    shape = Shape(page)
    for name in (
        *("gauge--min", "gauge--max", "gauge--fail", "gauge--unsure", "gauge--none"),
        *("v--pass", "v--fail", "v--warn", "v--quiet", "v--accent"),
        *("notice--info", "notice--fail", "notice--warn", "notice--pass"),
        *("field--error", "errsum", "hp3", "hn3", "un", "is-picked", "is-off"),
    ):
        assert name in shape.classes, name


def test_nothing_inline_runs_and_nothing_comes_from_elsewhere(page: str):
    for tag, attrs in Shape(page).tags:
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        assert not [name for name in attrs if name.startswith("hx-on")], (tag, attrs)
        if tag == "script":
            assert attrs.get("type") == "application/json" or attrs.get("src")
        for name in ("src", "href", "action"):
            assert not (attrs.get(name) or "").startswith(("http", "//", "javascript"))


def test_every_script_of_the_page_carries_the_nonce_of_its_answer(
    db: None, browser: Browser
):
    answers = [browser(None).get("/styleguide/") for _ in range(2)]
    nonces = []
    for answer in answers:
        scripts = [a for t, a in Shape(answer.content.decode()).tags if t == "script"]
        given = {a["nonce"] for a in scripts if a.get("src")}
        assert len(given) == 1
        nonces.append(given.pop())
        assert f"'nonce-{nonces[-1]}'" in answer.headers["Content-Security-Policy"]
    assert nonces[0] != nonces[1]


def test_a_label_names_every_control(page: str):
    shape = Shape(page)
    named = {attrs.get("for") for tag, attrs in shape.tags if tag == "label"}
    for tag, attrs in shape.tags:
        if tag in {"textarea", "select"} or (
            tag == "input" and attrs.get("type") in {"text", "number", "password"}
        ):
            assert attrs.get("id") in named, attrs


def test_ids_are_unique(page: str):
    ids = [attrs["id"] for _, attrs in Shape(page).tags if attrs.get("id")]
    assert sorted(ids) == sorted(set(ids))


def test_errors_are_tied_to_their_fields(page: str):
    ids = {attrs.get("id") for _, attrs in Shape(page).tags}
    wrong = [a for _, a in Shape(page).tags if a.get("aria-invalid")]
    assert wrong
    for attrs in wrong:
        for name in (attrs.get("aria-describedby") or "").split():
            assert name in ids


def test_every_class_that_a_component_uses_has_a_style(page: str):
    css = "".join(
        path.read_text()
        for path in (Path(settings.BASE_DIR) / "static/css").rglob("*.css")
    )
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    # Marks for scripts and defaults that look like the plain component.
    plain = {"tag--quiet", "notice--plain", "is-next", "live"}
    assert Shape(page).classes - styled - plain == set()


def test_text_is_shown_as_text():
    hostile = '<img src=x onerror="alert(1)">'
    page = styleguide_page()
    verdict = page.verdicts[0][0]
    shown = render_to_string(
        "components/answers.html",
        {
            "answers": [
                {"who": hostile, "verdict": verdict, "text": hostile, "note": hostile}
            ]
        },
    )
    assert "<img" not in shown
    assert shown.count("&lt;img") == 3


def test_what_was_not_measured_is_a_dash():
    shown = render_to_string(
        "components/gauge_cell.html", {"value": None, "gauge": None}
    )
    assert "–" in shown
    assert "0" not in shown.replace("utf-8", "")


def test_a_component_never_reads_more_than_it_is_given():
    for path in COMPONENTS:
        text = get_template(f"components/{path.name}").template.source
        assert "request." not in text
        assert "chrome." not in text
