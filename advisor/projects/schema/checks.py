"""What is wrong with a setup that no single key can show?

Works on what was typed, not on the parsed values, so that a wrong number in one place
does not hide a missing key in another.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from advisor.engines.text import clean
from advisor.projects.schema.entries import entry_problems, leaves_this_machine
from advisor.projects.schema.known import THIS_MACHINE, Known
from advisor.projects.schema.problems import Problem, did_you_mean
from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import scorer
from advisor.sizing import constraints
from advisor.sizing.errors import InvalidConstraints

SHORTEST_NAME = 3
Entries = list[tuple[str, Mapping[str, Any]]]


def check(given: Mapping[str, Any], *, stored: bool, known: Known) -> Iterator[Problem]:
    """Yield every problem between keys."""
    entries = entries_of(given)
    yield from _unstorable(given, "")
    yield from _name(given.get("project"))
    yield from _day(given.get("decide_by"))
    yield from _prompt(given.get("prompt"))
    yield from _scorer(given.get("scorer", "exact_match"))
    yield from _choices(given)
    yield from _limits(given)
    yield from _repeated_ids(entries)
    for path, entry in entries:
        yield from entry_problems(path, entry, stored=stored, known=known)
    yield from _local_only(given, entries, known)
    yield from _allowed_hardware(given, known)
    if stored and isinstance(given.get("samples"), str):
        path = given["samples"]
        if not path.startswith("builtin/"):
            wrong = "is a path, which is for the command line only"
            yield Problem("samples", path, wrong, "Name a stored sample set.")


def _choices(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield choices that cannot be told apart, and a way to choose among none."""
    listed = given.get("choices")
    if listed is None and given.get("choose_by") is not None:
        remedy = "List the choices, or leave it out."
        yield Problem("choose_by", given["choose_by"], "has nothing to choose", remedy)
    seen: set[str] = set()
    for position, choice in enumerate(listed if isinstance(listed, list) else []):
        path, shape = f"choices.{position}", str(choice).strip()
        if isinstance(choice, str) and (not shape or shape in seen):
            wrong = "stands there already" if shape else "is empty"
            yield Problem(path, choice, wrong, "Give each choice once.")
        seen.add(shape)


def _unstorable(value: object, path: str) -> Iterator[Problem]:
    """Yield the texts that no database keeps: with a NUL, or half a character."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _unstorable(key, path)
            yield from _unstorable(child, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for position, child in enumerate(value):
            yield from _unstorable(child, f"{path}.{position}")
    elif isinstance(value, str) and clean(value) != value:
        wrong = "holds a NUL or half a character, which cannot be stored"
        yield Problem(path, value, wrong, "Remove it.")


def entries_of(given: Mapping[str, Any]) -> Entries:
    """Return the candidates and the reference with their key paths, as typed."""
    found: Entries = []
    listed = given.get("candidates")
    for position, entry in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(entry, Mapping):
            found.append((f"candidates.{position}", entry))
    if isinstance(given.get("reference"), Mapping):
        found.append(("reference", given["reference"]))
    return found


def _name(project: object) -> Iterator[Problem]:
    if isinstance(project, str) and len(" ".join(project.split())) < SHORTEST_NAME:
        remedy = f"Use at least {SHORTEST_NAME} characters."
        yield Problem("project", project, "is too short", remedy)


def _day(day: object) -> Iterator[Problem]:
    """Yield a day that no calendar has: its digits may have the right form."""
    try:
        date.fromisoformat(day if isinstance(day, str) else "2026-05-31")
    except ValueError:
        remedy = "Write it like 2026-05-31."
        yield Problem("decide_by", day, "is not a day", remedy)


def _prompt(prompt: object) -> Iterator[Problem]:
    if isinstance(prompt, str) and "{input}" not in prompt:
        wrong = "does not say where the input goes"
        yield Problem("prompt", prompt, wrong, "Put {input} where the sample belongs.")


def _scorer(spec: object) -> Iterator[Problem]:
    if not isinstance(spec, str | Mapping | list):
        remedy = "Name one, such as exact_match."
        yield Problem("scorer", spec, "is not a scorer", remedy)
        return
    try:
        scorer(spec)
    except ScorerInvalid as error:
        for problem in error.problems:
            path = "scorer" if isinstance(spec, str) else f"scorer.{problem.key}"
            wrong = f"cannot be used: {problem.wrong.rstrip('.')}"
            yield Problem(path, _shown(spec, problem.key), wrong, problem.remedy)


def _shown(spec: object, key: str) -> object:
    """Return the part of the scorer that a problem is about, as it was typed."""
    for part in key.split("."):
        if isinstance(spec, Mapping):
            spec = spec.get(part)
        elif isinstance(spec, list) and part.isdigit() and int(part) < len(spec):
            spec = spec[int(part)]
    return spec


def _limits(given: Mapping[str, Any]) -> Iterator[Problem]:
    limits = given.get("constraints")
    if limits is not None and not isinstance(limits, Mapping):
        return
    try:
        constraints.parse(limits, has_reference=given.get("reference") is not None)
    except InvalidConstraints as error:
        yield from error.problems


def _repeated_ids(entries: Entries) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, entry in entries:
        key = entry.get("id")
        if not isinstance(key, str):
            continue
        if key in first:
            wrong = f"is the id of {first[key]} already"
            yield Problem(f"{path}.id", key, wrong, "Give each an id of its own.")
        first.setdefault(key, path)


def _local_only(
    given: Mapping[str, Any], entries: Entries, known: Known
) -> Iterator[Problem]:
    local = _constraint(given, "local_only")
    if isinstance(local, Mapping):
        local = local.get("limit") is True and local.get("level", "must") == "must"
    if local is not True:
        return
    for path, entry in entries:
        url = entry.get("base_url")
        if url is not None and leaves_this_machine(url, known):
            wrong = "leaves this network, which constraints.local_only forbids"
            remedy = "Use a server on an allowed private host, or drop local_only."
            yield Problem(f"{path}.base_url", url, wrong, remedy)


def _constraint(given: Mapping[str, Any], name: str) -> Any:
    limits = given.get("constraints")
    return limits.get(name) if isinstance(limits, Mapping) else None


def _allowed_hardware(given: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    listed = _constraint(given, "hardware")
    if isinstance(listed, Mapping):
        listed = listed.get("limit")
    if known.hardware is None or not isinstance(listed, list):
        return
    allowed = known.hardware | {THIS_MACHINE}
    for name in listed:
        if isinstance(name, str) and name not in allowed:
            remedy = did_you_mean(name, allowed, "Choose a machine of the catalog.")
            path = "constraints.hardware"
            yield Problem(path, name, "is not known hardware", remedy)
