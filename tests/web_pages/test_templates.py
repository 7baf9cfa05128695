"""What holds for every template: styled classes, sealed components, safe forms."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLED = set(
    re.findall(
        r"\.([a-zA-Z][\w-]*)",
        "".join(path.read_text() for path in (ROOT / "static/css").rglob("*.css")),
    )
)
# Marks for scripts and for states that look like the plain component.
PLAIN = {"is-next", "live"}
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
COMMENT = re.compile(r"{% comment.*?{% endcomment %}", re.S)


def body(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def named(paths: list[Path]) -> list[object]:
    return [
        pytest.param(path, id=str(path.relative_to(ROOT / "templates")))
        for path in paths
    ]


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_every_class_has_a_style(path: Path):
    used = set()
    # A name that is put together from a variable ends at the variable.
    text = TAG.sub(lambda m: "\0" if m[0].startswith("{{") else " ", body(path))
    for value in re.findall(r'class="([^"]*)"', text):
        used |= {name for name in value.split() if "\0" not in name}
    assert used - STYLED - PLAIN == set()


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_a_component_gets_what_it_is_given_and_nothing_else(path: Path):
    for include in re.findall(r'{% include "components/[^%]*%}', body(path)):
        assert include.endswith(" only %}"), include


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_nothing_runs_inline(path: Path):
    text = TAG.sub("", body(path))
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert not re.search(r"hx-on|hx-vals=[\"']js:|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script
        assert "nonce=" in script
    for style in re.findall(r'style="([^"]*)"', text):
        assert not re.search(r"#[0-9a-f]{3}|rgb|color:", style), style


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_a_form_that_writes_carries_the_token(path: Path):
    for form in re.findall(r"<form\b.*?</form>", body(path), re.S):
        opening = form.partition(">")[0]
        assert "method=" in opening, opening
        if 'method="post"' in opening:
            assert "{% csrf_token %}" in form, opening


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_text_is_never_marked_safe(path: Path):
    text = body(path)
    assert "|safe" not in text
    assert "autoescape off" not in text


def test_mails_are_plain_text():
    """A mail is no page: there, and only there, text is not escaped."""
    for path in (ROOT / "templates").rglob("*.txt"):
        assert path.parent.name == "mail"


def contract(name: str) -> set[str]:
    """The names that a component's contract lists."""
    text = (ROOT / f"templates/components/{name}.html").read_text()
    return set(re.findall(r"^  - `(\w+)`", text.partition("endcomment")[0], re.M))


@pytest.mark.parametrize("path", named(TEMPLATES))
def test_a_component_is_given_what_its_contract_names(path: Path):
    include = re.compile(r'{% include "components/(\w+)\.html"(.*?) only %}')
    for name, arguments in include.findall(body(path)):
        given = set(re.findall(r"(\w+)=", re.sub(r'"[^"]*"', "", arguments)))
        assert given - contract(name) == set(), name
