"""Is the answer JSON, and does it satisfy a schema?

A schema may refer only to itself ("#/..."): a scorer never fetches anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from advisor.scoring.base import Score, excerpt, refuse
from advisor.scoring.json_reading import JsonUnreadable, read_json
from advisor.scoring.patterns import compile_pattern


@dataclass(frozen=True, slots=True)
class JsonValid:
    """1 when the answer is JSON and, with ``schema``, valid against it.

    ``surrounded`` accepts JSON inside a Markdown fence or prose.
    """

    name: ClassVar[str] = "json_valid"
    version: ClassVar[str] = "1"
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
    # Without a registry jsonschema would fetch an unknown reference from the network.
    return kind(plain, registry=Registry())


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
