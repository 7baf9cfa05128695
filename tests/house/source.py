"""What the house is made of: its Python files, functions, templates and styles."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADVISOR = ROOT / "advisor"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    """List the product's Python files; generated migrations are no rooms."""
    return [
        path for path in sorted(ADVISOR.rglob("*.py")) if "migrations" not in path.parts
    ]


def shown(path: Path) -> str:
    """Name a file as seen from the root."""
    return path.relative_to(ROOT).as_posix()


def lines_in(path: Path) -> int:
    """Count the lines of a file."""
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Count the lines of a function from its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1
