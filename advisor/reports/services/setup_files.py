"""How does a setup file become a frozen setup? Read all, check all, then store all.

Problems of schema, files and rows come in one list; while there is one, nothing is
stored.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from advisor.accounts.models import Team
from advisor.catalog.endpoint_keys import save_endpoint
from advisor.projects import selectors, services
from advisor.projects.models import Project, Upload
from advisor.projects.models import Setup as SetupRow
from advisor.projects.parsing import SampleRow
from advisor.projects.schema import (
    CandidateSpec,
    Known,
    Problem,
    Setup,
    SetupFiles,
    SetupInvalid,
    parse_setup,
    read_given,
)
from advisor.projects.schema.entries import leaves_this_machine
from advisor.projects.schema.rule import is_path
from advisor.reports.services.setup_rows import read_rows

COMMAND_KEYS = ("file", "base_url", "api_key_env")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A setup file with everything that it names, checked and ready to store."""

    value: Setup
    folder: Path
    files: SetupFiles
    samples: tuple[SampleRow, ...]
    warnings: tuple[str, ...]


def read_setup(path: Path, *, known: Known) -> Prepared:
    """Return a setup file with its files and samples.

    Raises:
        SetupInvalid: Everything wrong, at once: schema, files, rows.
        OSError: The setup file itself cannot be read.
    """
    value, given, problems = _read(path.read_text(encoding="utf-8-sig"), known)
    files, about_files = read_given(given, path.parent)
    problems += about_files
    rows = read_rows(value, given, files, {problem.path for problem in problems})
    problems += rows.problems
    if value is None or problems:
        raise SetupInvalid(problems)
    return Prepared(
        value=value,
        folder=path.parent,
        files=files,
        samples=rows.samples,
        warnings=rows.warnings,
    )


def _read(
    text: str, known: Known
) -> tuple[Setup | None, dict[str, Any], list[Problem]]:
    """Return the setup where it is one, what was typed, and what is wrong with it."""
    try:
        value = parse_setup(text, known=known)
    except SetupInvalid as invalid:
        return None, invalid.given, [*invalid.problems]
    return value, value.document(), [*_keys(value)]


@transaction.atomic
def store_setup(prepared: Prepared, *, team: Team) -> SetupRow:
    """Store a checked setup as a new frozen version of the project of its name.

    What somebody typed into a draft stays a draft.
    """
    value = prepared.value
    name = " ".join(value.project.split())
    project = selectors.project_by_name(team, name)
    if project is None:
        project = services.create_project(team=team, name=name, created_by=None)
    typed = _typed(project)
    draft = services.open_draft(project=project, opened_by=None)
    services.hold_draft(draft)
    draft.sample_set = services.store_samples(
        project=project,
        name=prepared.files.samples_name,
        rows=prepared.samples,
        notes=prepared.warnings,
        tuning_share=value.tuning_share or 0.0,
    )
    document: dict[str, Any] = value.document()
    document["samples"] = draft.sample_set.pk
    document["candidates"] = [_stored(one, prepared, team) for one in value.candidates]
    if value.reference is not None:
        document["reference"] = _stored(value.reference, prepared, team)
    frozen = services.freeze(setup=draft, document=document, by_operator=True)
    if typed is not None:
        again = services.open_draft(project=project, opened_by=None)
        services.go_on_typing(setup=again, before=typed)
    return frozen


def _typed(project: Project) -> SetupRow | None:
    """Return the open draft that somebody types into, None where there is nothing."""
    draft = selectors.draft_of(project)
    return draft if draft is not None and (draft.document or draft.typed) else None


def _keys(value: Setup) -> Iterator[Problem]:
    for place, one in _placed(value):
        name = one.api_key_env
        if name is not None and name not in os.environ:
            wrong = "is not set in the environment"
            yield Problem(f"{place}.api_key_env", name, wrong, f"Run: export {name}=…")


def _placed(value: Setup) -> Iterator[tuple[str, CandidateSpec]]:
    """Yield candidates and reference with their key paths."""
    for position, one in enumerate(value.candidates):
        yield f"candidates.{position}", one
    if value.reference is not None:
        yield "reference", value.reference


def _stored(one: CandidateSpec, prepared: Prepared, team: Team) -> dict[str, Any]:
    """Return a candidate as stored: its file an upload, its address an endpoint."""
    entry = one.model_dump(mode="json", exclude_none=True)
    if one.file is not None:
        upload = services.store_upload(
            team=team,
            kind=Upload.Kind.RECORDED,
            name=Path(one.file).name,
            content=prepared.files.recorded[one.id],
            uploaded_by=None,
        )
        entry["upload"] = upload.pk
    if one.base_url is not None:
        entry["endpoint"] = _endpoint(one, prepared.value.project, team)
    if one.engine == "transformers" and one.model is not None:
        folder = (prepared.folder / one.model).expanduser()
        if is_path(one.model) or folder.is_dir():
            entry["model"] = str(folder.resolve())
    return {key: part for key, part in entry.items() if key not in COMMAND_KEYS}


def _endpoint(one: CandidateSpec, project: str, team: Team) -> int:
    """Return the endpoint row of an address; the operator's command may use any."""
    key = os.environ.get(one.api_key_env or "", "")
    hosting = one.hosting or "public_api"
    endpoint = save_endpoint(
        team=team,
        name=f"{project} {one.id}"[:80],
        base_url=str(one.base_url),
        model=one.model or "",
        key=key,
        hosting=hosting,
        operator_allowed=_is_loopback(str(one.base_url)),
    )
    return endpoint.pk


def _is_loopback(base_url: str) -> bool:
    allowed = frozenset(settings.ALLOWED_PRIVATE_ENDPOINTS)
    return not leaves_this_machine(base_url, Known(allowed_private=allowed))
