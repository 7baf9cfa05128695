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
from advisor.engines.recorded import parse_recorded
from advisor.projects import selectors, services
from advisor.projects.models import Setup as SetupRow
from advisor.projects.models import Upload
from advisor.projects.parsing import SampleRow, parse_table, samples_from
from advisor.projects.schema import (
    CandidateSpec,
    Known,
    Problem,
    Setup,
    SetupFiles,
    SetupInvalid,
    about_file,
    check_samples,
    parse_setup,
    read_files,
    read_given,
    without_reference,
)
from advisor.projects.schema.entries import leaves_this_machine
from advisor.projects.schema.rule import is_path

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
    text = path.read_text(encoding="utf-8-sig")
    try:
        value = parse_setup(text, known=known)
    except SetupInvalid as invalid:
        _, about_files = read_given(invalid.given, path.parent)
        raise SetupInvalid([*invalid.problems, *about_files]) from None
    files, problems = read_files(value, path.parent)
    problems += _keys(value)
    samples, about_rows, warnings = _samples(value, files)
    problems += about_rows
    problems += _recorded(value, files, samples)
    if problems:
        raise SetupInvalid(problems)
    return Prepared(
        value=value,
        folder=path.parent,
        files=files,
        samples=samples,
        warnings=warnings,
    )


@transaction.atomic
def store_setup(prepared: Prepared, *, team: Team) -> SetupRow:
    """Store a checked setup as a new frozen version of the project of its name."""
    value = prepared.value
    project = selectors.project_by_name(team, value.project)
    if project is None:
        project = services.create_project(
            team=team, name=value.project, created_by=None
        )
    draft = services.open_draft(project=project, opened_by=None)
    draft.sample_set = services.store_samples(
        project=project,
        name=prepared.files.samples_name,
        rows=prepared.samples,
        notes=prepared.warnings,
    )
    document: dict[str, Any] = value.document()
    document["samples"] = draft.sample_set.pk
    document["candidates"] = [_stored(one, prepared, team) for one in value.candidates]
    if value.reference is not None:
        document["reference"] = _stored(value.reference, prepared, team)
    return services.freeze(setup=draft, document=document, by_operator=True)


def _samples(
    value: Setup, files: SetupFiles
) -> tuple[tuple[SampleRow, ...], list[Problem], tuple[str, ...]]:
    if not files.samples:
        return (), [], ()
    table = parse_table(files.samples, files.samples_name)
    mapping = value.mapping.model_dump(exclude_none=True) if value.mapping else None
    rows, found = samples_from(table, mapping) if table.columns else ([], ())
    told = [*table.problems, *found]
    problems: list[Problem] = []
    if rows:
        problems, about = check_samples(value, rows, table.unit)
        told += about
    problems += [
        about_file(one, value.samples) for one in told if one.severity == "error"
    ]
    warnings = tuple(one.message for one in told if one.severity != "error")
    return tuple(rows), problems, warnings


def _recorded(
    value: Setup, files: SetupFiles, samples: tuple[SampleRow, ...]
) -> Iterator[Problem]:
    """Yield what is wrong with recorded files, line by line, and with their ids."""
    for one in value.all_candidates:
        content = files.recorded.get(one.id)
        if not content:
            continue
        is_reference = one is value.reference
        path = "reference.file" if is_reference else f"{one.id}.file"
        try:
            rows, problems = parse_recorded(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            wrong = f"is not UTF-8 text at byte {error.start:,}"
            yield Problem(path, one.file, wrong, "Save it as UTF-8.")
            continue
        for problem in problems:
            wrong = f"line {problem.line:,}: {problem.message}".rstrip(".")
            yield Problem(path, one.file, wrong, "Correct the line.")
        if is_reference and samples and not problems:
            _, missing = without_reference(samples, {row.id for row in rows})
            if missing is not None:
                yield missing


def _keys(value: Setup) -> Iterator[Problem]:
    for one in value.all_candidates:
        name = one.api_key_env
        if name is not None and name not in os.environ:
            wrong = "is not set in the environment"
            yield Problem(f"{one.id}.api_key_env", name, wrong, f"Run: export {name}=…")


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
