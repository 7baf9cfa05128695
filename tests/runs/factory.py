"""Rows for tests of runs: a team, a project, samples, recorded files, a setup."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import count
from typing import Any

from advisor.accounts.models import Team
from advisor.projects.models import Project, Sample, SampleSet, Setup, Upload

NUMBERS = count(1)


def make_team(name: str = "") -> Team:
    name = name or f"team-{next(NUMBERS)}"
    return Team.objects.create(slug=name, name=name)


def make_upload(team: Team, answers: Mapping[str, Any]) -> Upload:
    """A recorded file; a value is the output, or the fields of a line."""
    lines = []
    for key, value in answers.items():
        fields = value if isinstance(value, dict) else {"output": value}
        lines.append(json.dumps({"id": key, **fields}))
    content = "\n".join(lines).encode()
    upload, _ = Upload.objects.get_or_create(
        team=team,
        kind=Upload.Kind.RECORDED,
        sha256=sha256(content).hexdigest(),
        defaults={"name": "a.jsonl", "content": content, "size": len(content)},
    )
    return upload


def make_samples(
    project: Project, rows: Iterable[Mapping[str, Any]], name: str = "s"
) -> SampleSet:
    listed = list(rows)
    text = json.dumps(listed, sort_keys=True)
    made = SampleSet.objects.create(
        project=project,
        version=project.sample_sets.count() + 1,
        name=name,
        sha256=sha256(text.encode()).hexdigest(),
        count=len(listed),
    )
    Sample.objects.bulk_create(
        Sample(
            sample_set=made,
            key=row["id"],
            position=index,
            input=row.get("input", f"input of {row['id']}"),
            expected=row.get("expected", "yes"),
            group=row.get("group", ""),
            tags=row.get("tags", []),
        )
        for index, row in enumerate(listed)
    )
    return made


def keys(number: int) -> list[str]:
    return [f"s{index:04}" for index in range(number)]


def make_project(team: Team | None = None) -> Project:
    team = team or make_team()
    number = next(NUMBERS)
    return Project.objects.create(team=team, slug=f"p{number}", name=f"P{number}")


def make_setup(
    *,
    candidates: list[dict[str, Any]],
    reference: dict[str, Any] | None = None,
    samples: Iterable[Mapping[str, Any]] | int = 40,
    project: Project | None = None,
    **document: Any,
) -> Setup:
    """A frozen setup; a recorded candidate gives its ``answers`` in place of a file."""
    project = project or make_project()
    if isinstance(samples, int):
        samples = [{"id": key} for key in keys(samples)]
    made = project.sample_sets.first() or make_samples(project, samples)

    def entry(given: dict[str, Any]) -> dict[str, Any]:
        entry = dict(given)
        if "answers" in entry:
            entry["upload"] = make_upload(project.team, entry.pop("answers")).pk
            entry.setdefault("engine", "recorded")
        entry.setdefault("engine", "fake")
        entry.setdefault("model", entry["id"])
        return entry

    full: dict[str, Any] = {
        "project": project.name,
        "prompt": "{input}",
        "scorer": "exact_match",
        "constraints": {} if reference else {"min_quality": 0.5},
        "stop": "exhausted",
        "promise": "samples",
        **document,
        "candidates": [entry(one) for one in candidates],
    }
    if reference is not None:
        full["reference"] = entry(reference)
    rule = sha256(json.dumps(full, sort_keys=True).encode()).hexdigest()
    return Setup.objects.create(
        project=project,
        version=project.setups.count() + 1,
        state=Setup.State.FROZEN,
        document=full,
        sample_set=made,
        rule_sha256=rule,
    )


def right(names: Iterable[str], wrong: int = 0) -> dict[str, str]:
    """Answers that are right but for the first ``wrong``."""
    return {k: "no" if index < wrong else "yes" for index, k in enumerate(names)}
