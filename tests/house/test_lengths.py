"""Every file fits in the head, every function on a screen."""

import ast

from tests.house.source import (
    ADVISOR,
    ROOT,
    functions,
    length,
    lines_in,
    python_files,
    shown,
)

MAX_FILE, MAX_FUNCTION, MAX_VIEW, MAX_TEMPLATE, MAX_STYLE = 250, 40, 25, 80, 80
MAX_PARAMETERS = 6


def test_no_file_is_longer_than_250_lines() -> None:
    long = {shown(p): n for p in python_files() if (n := lines_in(p)) > MAX_FILE}

    assert long == {}, "Split these files by what they answer."


def test_no_function_is_longer_than_40_lines_and_no_view_than_25() -> None:
    long = {}
    for path in python_files():
        is_view = path.name == "views.py" or "views" in path.parent.parts[-1:]
        limit = MAX_VIEW if is_view else MAX_FUNCTION
        for function in functions(path):
            if length(function) > limit:
                long[f"{shown(path)}:{function.name}"] = length(function)

    assert long == {}, "Give a part of these functions a name."


def test_more_than_six_parameters_are_keyword_only() -> None:
    many = {}
    for path in python_files():
        for function in functions(path):
            positional = [
                argument.arg
                for argument in function.args.posonlyargs + function.args.args
                if argument.arg not in {"self", "cls"}
            ]
            if len(positional) > MAX_PARAMETERS:
                many[f"{shown(path)}:{function.name}"] = len(positional)

    assert many == {}, "Put * before the parameters, or pass one value object."


def test_no_template_is_longer_than_80_lines() -> None:
    templates = (ROOT / "templates").rglob("*.*")
    long = {shown(p): n for p in templates if (n := lines_in(p)) > MAX_TEMPLATE}

    assert long == {}, "Move a part of these templates into a component."


def test_no_component_style_is_longer_than_80_lines() -> None:
    styles = (ROOT / "static" / "css" / "components").glob("*.css")
    long = {shown(p): n for p in styles if (n := lines_in(p)) > MAX_STYLE}

    assert long == {}, "One component, one short file."


def test_every_module_opens_with_a_docstring() -> None:
    silent = [
        shown(path)
        for path in python_files()
        if path.name != "__init__.py"
        and ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert silent == [], "Open these with the question they answer."


def test_every_function_says_what_it_returns() -> None:
    silent = [
        f"{shown(path)}:{function.name}"
        for path in python_files()
        for function in functions(path)
        if function.returns is None
    ]

    assert silent == []


def test_the_package_itself_is_empty() -> None:
    assert (ADVISOR / "__init__.py").read_text() == ""
