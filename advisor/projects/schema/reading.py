"""How does the text of a setup become a mapping? YAML or JSON, strictly.

No key twice, no aliases (a few lines of them can unfold to gigabytes), no tags beyond
plain values. A date is the text that was written, as in JSON: what is no day is told
where days are checked, and not as a file that is no YAML.
"""

import datetime
from collections.abc import Mapping
from typing import Any

import yaml

from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.projects.schema.problems import Problem, SetupInvalid

LIMIT = 200_000  # characters of a setup
DEPTH = 64
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """The safe loader, for which a date is a text."""


_Loader.yaml_implicit_resolvers = {
    sign: [one for one in listed if one[0] != TIMESTAMP]
    for sign, listed in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def mapping_of(source: Mapping[str, Any] | str) -> dict[str, Any]:
    """Return the mapping that ``source`` is or spells; raises SetupInvalid."""
    value = _read(source) if isinstance(source, str) else source
    if not isinstance(value, Mapping):
        raise _invalid(value, "is not a mapping of keys", "Begin with project: ...")
    odd = [key for key in value if not isinstance(key, str)]
    if odd:
        raise _invalid(odd[0], "is no key", "Keys are texts.")
    return {key: _plain(child) for key, child in value.items()}


def _read(text: str) -> Any:
    if len(text) > LIMIT:
        wrong = "is longer than 200,000 characters"
        raise _invalid(None, wrong, "Keep samples in a file of their own.")
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        try:
            return read_json(text)
        except JsonWrong as wrong:
            place = (
                f" at line {wrong.line}, column {wrong.column}" if wrong.line else ""
            )
            raise _invalid(
                None, f"is not JSON{place}: {wrong.wrong}", "Correct it."
            ) from wrong
    return _read_yaml(text)


def _read_yaml(text: str) -> Any:
    try:
        _refuse_events(text)
        _refuse_repeats(yaml.compose(text, Loader=_Loader))
        return _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        wrong = f"is not YAML{place}: {error.problem}"
        raise _invalid(None, wrong, "Correct it.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, SetupInvalid):
            raise
        raise _invalid(None, "is not YAML", "Correct it.") from error


def _refuse_events(text: str) -> None:
    """Raise SetupInvalid for aliases and for nesting that would take for ever."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = event.start_mark
        line = mark.line + 1 if mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _invalid(None, f"uses an alias in line {line}", "Write it out.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            wrong = f"is nested deeper than {DEPTH} in line {line}"
            raise _invalid(None, wrong, "Write it flatter.")


def _refuse_repeats(node: Any) -> None:
    """Raise SetupInvalid for a key that a mapping holds twice, or that is no text."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeats(child)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _invalid(None, f"has a list as a key in line {line}", "Use a text.")
        if key.value in seen:
            problem = Problem(
                str(key.value), None, f"stands twice (line {line})", "Keep one."
            )
            raise SetupInvalid([problem])
        seen.add(str(key.value))
        _refuse_repeats(child)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    return value


def _invalid(given: object, wrong: str, remedy: str) -> SetupInvalid:
    return SetupInvalid([Problem("setup", given, wrong, remedy)])
