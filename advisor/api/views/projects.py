"""How does a program open projects and bring samples and recorded answers?"""

from django.http import HttpResponse
from ninja import File, Form, Router, UploadedFile
from ninja.responses import Status

from advisor.api import documents, schemas
from advisor.api.door import MANAGE, READ, ApiRequest, project_of
from advisor.projects import selectors, services
from advisor.projects.models import Project, SampleSet, Upload

router = Router(tags=["Projects"])
PROBLEMS = frozenset({400, 401, 403, 404, 413, 422})


@router.get(
    "/projects",
    auth=READ,
    response={200: schemas.ProjectList, PROBLEMS: schemas.ProblemDetails},
)
def list_projects(request: ApiRequest) -> dict[str, list[Project]]:
    """List the team's projects, newest first. Scope read."""
    return {"items": list(selectors.projects_of(request.auth.team))}


@router.post(
    "/projects",
    auth=MANAGE,
    response={201: schemas.ProjectOut, PROBLEMS: schemas.ProblemDetails},
)
def create_project(
    request: ApiRequest, project: schemas.NewProject, response: HttpResponse
) -> Status[Project]:
    """Open a project. Scope manage."""
    caller = request.auth
    made = services.create_project(
        team=caller.team, name=project.name, created_by=caller.user
    )
    response.headers["Location"] = f"{request.path}/{made.slug}"
    return Status(201, made)


@router.get(
    "/projects/{slug}",
    auth=READ,
    response={200: schemas.ProjectOut, PROBLEMS: schemas.ProblemDetails},
)
def read_project(request: ApiRequest, slug: str) -> Project:
    """Read one project. Scope read."""
    return project_of(request, slug)


@router.get(
    "/projects/{slug}/samples",
    auth=READ,
    response={200: schemas.SampleSetList, PROBLEMS: schemas.ProblemDetails},
)
def list_sample_sets(request: ApiRequest, slug: str) -> dict[str, list[SampleSet]]:
    """List the sample sets of a project, newest first. Scope read."""
    found = project_of(request, slug).sample_sets.order_by("-version")
    return {"items": list(found)}


@router.post(
    "/projects/{slug}/samples",
    auth=MANAGE,
    response={201: schemas.SampleSetOut, PROBLEMS: schemas.ProblemDetails},
)
def upload_samples(
    request: ApiRequest,
    slug: str,
    file: File[UploadedFile],
    mapping: Form[str | None] = None,
) -> Status[SampleSet]:
    """Store a sample file: CSV, TSV, JSON, JSON Lines, XLSX or Parquet, up to 25 MB.

    `mapping` is JSON that names the column of each role, where their names do not say
    it: `{"input": "question", "expected": "answer"}`. An equal last version is
    returned as it is. Scope manage.
    """
    project = project_of(request, slug)
    made = documents.store_sample_file(project=project, file=file, mapping=mapping)
    return Status(201, made)


@router.post(
    "/projects/{slug}/recorded",
    auth=MANAGE,
    response={201: schemas.RecordedOut, PROBLEMS: schemas.ProblemDetails},
)
def upload_recorded(
    request: ApiRequest, slug: str, file: File[UploadedFile]
) -> Status[Upload]:
    """Store recorded answers of one model: JSON Lines with id and output.

    A candidate of the engine `recorded` names the returned id as its `upload`; the same
    content again is the same upload. Scope manage.
    """
    project = project_of(request, slug)
    made = documents.store_recorded_file(
        project=project, file=file, by=request.auth.user
    )
    return Status(201, made)
