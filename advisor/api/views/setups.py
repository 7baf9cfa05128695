"""How does a program write a setup, and fix it for good?"""

from typing import Any

from django.http import Http404
from ninja import Body, Router
from ninja.responses import Status

from advisor.api import documents, schemas
from advisor.api.door import MANAGE, READ, ApiRequest, project_of
from advisor.api.problems import NotYet
from advisor.projects import selectors, services
from advisor.projects.models import Setup

router = Router(tags=["Setups"])
PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 422})
SETUP = {"$ref": "#/components/schemas/Setup"}
BODY = {"requestBody": {"content": {"application/json": {"schema": SETUP}}}}


@router.get(
    "/projects/{slug}/setups",
    auth=READ,
    response={200: schemas.SetupList, PROBLEMS: schemas.ProblemDetails},
)
def list_setups(request: ApiRequest, slug: str) -> dict[str, list[dict[str, Any]]]:
    """List the versions of a project's setup, newest first. Scope read."""
    found = project_of(request, slug).setups.order_by("-version")
    return {"items": [_shown(one) for one in found]}


@router.get(
    "/projects/{slug}/setups/{version}",
    auth=READ,
    response={200: schemas.SetupOut, PROBLEMS: schemas.ProblemDetails},
)
def read_setup(request: ApiRequest, slug: str, version: int) -> dict[str, Any]:
    """Read one version of a setup. Scope read."""
    found = project_of(request, slug).setups.filter(version=version).first()
    if found is None:
        raise Http404
    return _shown(found)


@router.put(
    "/projects/{slug}/draft",
    auth=MANAGE,
    response={200: schemas.SetupOut, PROBLEMS: schemas.ProblemDetails},
    openapi_extra=BODY,
)
def put_draft(
    request: ApiRequest, slug: str, document: Body[dict[str, Any]]
) -> dict[str, Any]:
    """Replace the project's draft by a whole setup; stored things are named by id.

    `samples` is the id of a sample set, or `builtin/NAME`; a candidate names an
    `upload`, an `endpoint` or a `model`. `project` may be left out. Everything wrong is
    listed at once, and then nothing is stored. Scope manage.
    """
    draft = documents.put_draft(
        project=project_of(request, slug), document=document, by=request.auth.user
    )
    return _shown(draft)


@router.post(
    "/projects/{slug}/draft/freeze",
    auth=MANAGE,
    response={201: schemas.SetupOut, PROBLEMS: schemas.ProblemDetails},
)
def freeze_draft(request: ApiRequest, slug: str) -> Status[dict[str, Any]]:
    """Check the draft with its samples and fix it for good. Scope manage."""
    project = project_of(request, slug)
    draft = selectors.draft_of(project)
    if draft is None:
        raise NotYet("There is no draft. Put one, then freeze it.")
    document = {"project": project.name, **draft.document}
    frozen = services.freeze(setup=draft, document=document)
    return Status(201, _shown(frozen))


def _shown(setup: Setup) -> dict[str, Any]:
    return {
        "version": setup.version,
        "state": setup.state,
        "rule_sha256": setup.rule_sha256 or None,
        "samples": setup.sample_set_id,
        "document": setup.document,
    }
