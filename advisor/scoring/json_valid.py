"""Is the answer JSON, and does it satisfy a schema?

A schema may refer only to itself ("#/..."): a scorer never fetches anything.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from advisor.scoring.base import Score, excerpt, refuse
from advisor.scoring.json_reading import JsonUnreadable, read_json
from advisor.scoring.patterns import SECONDS, compile_pattern

DATA = ("const", "enum", "default", "examples")  # keys of a schema that hold values


@dataclass(frozen=True, slots=True)
class JsonValid:
    """1 when the answer is JSON and, with ``schema``, valid against it.

    ``surrounded`` accepts JSON inside a Markdown fence or prose.
    """

    name: ClassVar[str] = "json_valid"
    version: ClassVar[str] = "2"
    label: ClassVar[str] = "Valid JSON"
    help: ClassVar[str] = (
        "The answer must be JSON, and fit a schema where one is given."
    )

    schema: Mapping[str, object] | None = None
    surrounded: bool = False
    _validator: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        validator = None if self.schema is None else _validator(self.schema)
        object.__setattr__(self, "_validator", validator)

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 for a valid answer, else 0; ``expected`` is not looked at."""
        try:
            value = read_json(answer, surrounded=self.surrounded)
        except JsonUnreadable as error:
            return Score(0.0, str(error))
        if self._validator is None:
            return Score(1.0)
        return _against(self._validator, value)

    def check(self, expected: object) -> str | None:
        """Return None: any expected value will do, and none is needed."""
        return None


def _against(validator: Any, value: object) -> Score:
    try:
        error = next(validator.iter_errors(value), None)
    except RecursionError:
        return Score(0.0, "the schema runs in circles on this answer")
    except TimeoutError:
        return Score(0.0, f"a pattern of the schema took longer than {SECONDS:g} s")
    except ArithmeticError:
        return Score(0.0, "a number is too large for the schema")
    if error is None:
        return Score(1.0)
    where = "/".join(str(part) for part in error.absolute_path) or "the whole answer"
    return Score(0.0, excerpt(f"{where}: {error.message}", 160))


def _validator(schema: Mapping[str, object]) -> Any:
    import jsonschema
    from referencing import Registry

    plain = json.loads(json.dumps(schema))
    _refuse_unsafe(plain)
    kind = jsonschema.validators.validator_for(
        plain, default=jsonschema.Draft202012Validator
    )
    try:
        kind.check_schema(plain)
    except jsonschema.SchemaError as error:
        wrong = f"This is not a JSON Schema: {excerpt(error.message)}."
        raise refuse("schema", plain, wrong, "Correct it.") from error
    _refuse_dangling(plain)
    kind = jsonschema.validators.extend(kind, {"pattern": _pattern})
    # Without a registry jsonschema would fetch an unknown reference from the network.
    return kind(plain, registry=Registry())


def _pattern(
    validator: Any, pattern: str, value: object, schema: object
) -> Iterator[Any]:
    """Yield the error of a text that a pattern does not match, within a fixed time."""
    import jsonschema
    import regex

    if not validator.is_type(value, "string"):
        return
    if not regex.search(pattern, str(value), timeout=SECONDS):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _refuse_dangling(schema: dict[str, object]) -> None:
    """Raise ScorerInvalid for a reference within the schema that leads nowhere."""
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    resource = Resource.from_contents(schema, default_specification=DRAFT202012)
    base = str(schema.get("$id", ""))
    resolver = Registry().with_resource(base, resource).crawl().resolver(base)
    for reference in _references(schema):
        try:
            resolver.lookup(reference)
        except Unresolvable as error:
            wrong = "A reference leads nowhere."
            raise refuse("schema", reference, wrong, "Correct it.") from error


def _references(node: object) -> Iterator[str]:
    """Yield each reference; none of a part that is a schema with a name of its own."""
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
    if not isinstance(node, dict):
        return
    for key, child in node.items():
        if key == "$ref" and isinstance(child, str):
            yield child
        elif key not in DATA and not (isinstance(child, dict) and "$id" in child):
            yield from _references(child)


def _refuse_unsafe(node: object) -> None:
    """Raise ScorerInvalid for a reference to elsewhere or a dangerous pattern."""
    if isinstance(node, list):
        for child in node:
            _refuse_unsafe(child)
    if not isinstance(node, dict):
        return
    for key, child in node.items():
        outside = isinstance(child, str) and not child.startswith("#")
        if key in ("$ref", "$dynamicRef", "$recursiveRef") and outside:
            wrong = "A reference leads out of the schema."
            raise refuse("schema", child, wrong, 'Use "#/$defs/...".')
        if key == "pattern" and isinstance(child, str):
            compile_pattern(child, ignore_case=False, key="schema")
        if key == "patternProperties" and isinstance(child, dict):
            for pattern in child:
                compile_pattern(pattern, ignore_case=False, key="schema")
        _refuse_unsafe(child)
