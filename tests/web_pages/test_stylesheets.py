"""Colours live in one file, a component has a short one, and app.css finds them all."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from advisor.web.stylesheet import bundle

ROOT = Path(settings.BASE_DIR) / "static/css"
FILES = sorted(ROOT.rglob("*.css"))
LITERAL = re.compile(
    r"#[0-9a-f]{3,8}\b|%23[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab|lch)\("
    r"|light-dark\(|(?<![-\w])(?:white|black|red|green|blue|gray|grey)(?![-\w])",
    re.I,
)


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_colour_is_written_in_tokens_only(path: Path):
    if path.name == "tokens.css":
        pytest.skip("this is where colours live")
    assert LITERAL.findall(without_comments(path)) == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "components").glob("*.css")), ids=lambda p: p.stem
)
def test_a_component_has_at_most_80_lines_and_says_what_it_is(path: Path):
    lines = path.read_text().splitlines()
    assert len(lines) <= 80
    assert lines[0].startswith("/* ")


def test_every_stylesheet_is_imported_once_in_its_layer():
    app = (ROOT / "app.css").read_text()
    imports = re.findall(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?', app)
    assert sorted(name for name, _ in imports) == sorted(
        str(path.relative_to(ROOT)) for path in FILES if path.name != "app.css"
    )
    for name, layer in imports:
        if "/" in name:
            assert name.startswith(layer)


def test_every_custom_property_that_is_used_is_defined():
    text = "".join(without_comments(path) for path in FILES)
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    # Given inline by a component, because each instance has its own.
    inline = {"--v", "--limit", "--lo", "--hi", "--p"}
    assert used - defined - inline == set()


@pytest.mark.parametrize("name", ["css/rightsize.css", "js/page.js", "img/icon.svg"])
def test_static_files_are_found(name: str):
    assert finders.find(name)


def test_the_stylesheets_are_light():
    """A page may weigh 150 KB without plotly; htmx takes 51 of them."""
    assert sum(path.stat().st_size for path in FILES) < 80_000


def test_the_bundle_holds_every_rule_in_its_layer():
    whole = bundle(ROOT / "app.css")
    assert "@import" not in whole
    assert whole.count("{") == whole.count("}")
    for path in FILES:
        layer = {"components": "components", "pages": "pages"}.get(path.parent.name)
        if layer:
            rules = re.sub(r"/\*.*?\*/\n*", "", path.read_text(), flags=re.S)
            assert f"@layer {layer} {{\n{rules}}}" in whole, path.name


def test_the_bundle_follows_a_change(tmp_path: Path):
    (tmp_path / "app.css").write_text(
        '@layer base;\n@import url("a.css") layer(base);\n@import url("p.css") print;\n'
    )
    (tmp_path / "a.css").write_text("/* One. */\n\nb { color: inherit; }\n")
    (tmp_path / "p.css").write_text("i { color: inherit; }\n")
    assert bundle(tmp_path / "app.css") == (
        "@layer base;\n@layer base {\nb { color: inherit; }\n}\n"
        "@media print {\ni { color: inherit; }\n}\n"
    )
