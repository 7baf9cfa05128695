"""How does what a program sends become stored samples, answers and setups?

The same services as the pages'; a refusal lists everything at once and stores nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from ninja import UploadedFile
from pydantic import ValidationError

from advisor.accounts.models import User
from advisor.builtin import PREFIX, UnknownBuiltinError, sample_pack
from advisor.engines.recorded import parse_recorded
from advisor.projects import selectors, services
from advisor.projects.models import Project, SampleSet, Setup, Upload
from advisor.projects.parsing import Table, limits, parse_in_child, samples_from
from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.projects.schema import Problem, SetupInvalid, about_file, parse_setup
from advisor.projects.schema.problems import problems_from
from advisor.projects.schema.values import MappingSpec

SHOWN = 200  # problems of one file
CONSENTS = ("consent", "consent_personal_data")


def content_of(file: UploadedFile) -> bytes:
    """Return the bytes of an uploaded file of at most 25 MB."""
    if (file.size or 0) > limits.FILE_BYTES:
        raise RequestDataTooBig
    content: bytes = file.read()
    return content


def store_sample_file(
    *, project: Project, file: UploadedFile, mapping: str | None
) -> SampleSet:
    """Keep the samples of an uploaded file; the file is read in a child process.

    ``mapping`` is JSON: the column of each role, ``{"input": "question"}``.

    Raises:
        SetupInvalid: What is wrong with file, mapping and rows.
    """
    name = file.name or "samples"
    table = parse_in_child(content_of(file), name)
    return _store(project, table, name, _mapping(mapping))


def store_recorded_file(*, project: Project, file: UploadedFile, by: User) -> Upload:
    """Keep an uploaded file of recorded answers once a team.

    Raises:
        SetupInvalid: What is wrong with its lines.
    """
    content, name = content_of(file), file.name or "recorded.jsonl"
    try:
        rows, problems = parse_recorded(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        wrong = f"is not UTF-8 text at byte {error.start:,}"
        raise SetupInvalid(
            [Problem("file", name, wrong, "Save it as UTF-8.")]
        ) from None
    listed = [
        Problem("file", name, f"line {one.line:,}: {one.message}", "Correct the line.")
        for one in problems[:SHOWN]
    ]
    if not rows and not listed:
        listed = [Problem("file", name, "holds no answer", "Send id and output.")]
    if listed:
        raise SetupInvalid(listed)
    return services.store_upload(
        team=project.team,
        kind=Upload.Kind.RECORDED,
        name=name,
        content=content,
        uploaded_by=by,
    )


@transaction.atomic
def put_draft(*, project: Project, document: Mapping[str, Any], by: User) -> Setup:
    """Replace the draft of a project by a whole, valid document.

    Raises:
        SetupInvalid: Everything that is wrong; the draft stays as it was.
    """
    given = {"project": project.name, **document}
    known = services.known_names(project.team)
    value = parse_setup(given, stored=True, known=known)
    if value.project != project.name:
        wrong = f"is not the name of this project, {project.name}"
        told = Problem("project", value.project, wrong, "Leave it out.")
        raise SetupInvalid([told])
    samples = _sample_set(project, value.samples)
    services.contents_of(value, project.team)
    draft = services.open_draft(project=project, opened_by=by)
    stored = {**value.document(), "samples": samples.pk}
    saved = services.save_draft(
        setup=draft, document=stored, step=5, sample_set=samples, confirmed="all"
    )
    if value.tuning_share is not None:
        services.set_tuning_share(setup=saved, share=value.tuning_share)
        # They were given with this very document, for these samples.
        consents = {key: stored[key] for key in CONSENTS if key in stored}
        document = {**saved.document, **consents}
        services.save_draft(setup=saved, document=document, step=5)
    return saved


def _store(
    project: Project, table: Table, name: str, mapping: Mapping[str, str | None] | None
) -> SampleSet:
    rows, found = samples_from(table, mapping) if table.columns else ([], ())
    told = [*table.problems, *found]
    errors = [about_file(one, name) for one in told if one.severity == "error"]
    if not errors and not rows:
        errors = [Problem("samples", name, "holds no sample", "Send at least one.")]
    if errors:
        raise SetupInvalid(errors[:SHOWN])
    return services.store_samples(
        project=project,
        name=name,
        rows=rows,
        notes=[one.message for one in told if one.severity != "error"],
    )


def _mapping(text: str | None) -> dict[str, str | None] | None:
    """Return the columns that ``text`` spells; a role left out is guessed."""
    if not text:
        return None
    remedy = 'Write it like {"input": "question", "expected": "answer"}.'
    try:
        value = read_json(text)
        found = MappingSpec.model_validate(value)
    except JsonWrong as error:
        wrong = f"is not JSON: {error.wrong.rstrip('.')}"
        raise SetupInvalid([Problem("mapping", text, wrong, remedy)]) from None
    except ValidationError as error:
        problems = problems_from(error.errors(), {"": MappingSpec})
        raise SetupInvalid(
            [replace(one, path=f"mapping.{one.path}".rstrip(".")) for one in problems]
        ) from None
    mapping: dict[str, str | None] = found.model_dump(exclude_unset=True)
    return mapping


def _sample_set(project: Project, named: object) -> SampleSet:
    """Return the sample set that a document names: an id, or a pack that ships."""
    problem = Problem("samples", named, "is not there", "Upload a sample file first.")
    if isinstance(named, str) and named.startswith(PREFIX):
        try:
            pack = sample_pack(named)
        except UnknownBuiltinError:
            raise SetupInvalid([problem]) from None
        name = f"{pack.name}.jsonl"
        table = parse_in_child(pack.path.read_bytes(), name)
        return _store(project, table, name, None)
    if not isinstance(named, int):
        raise SetupInvalid([problem])
    try:
        return selectors.sample_set_of(project, named)
    except SampleSet.DoesNotExist:
        raise SetupInvalid([problem]) from None
