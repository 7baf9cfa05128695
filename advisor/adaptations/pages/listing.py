"""Which models were made in a project, and which are being made?"""

from dataclasses import dataclass

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.words import file_size, parameters, state_of
from advisor.adaptations.selectors import adaptations_of
from advisor.projects.models import Project
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.web.parts import Action, Empty, Link, Verdict

TAB = "Made models"
NOTHING = Empty(
    title="No model was made here yet",
    text="A small model that falls short can be tuned on your own samples, taught by a"
    " larger one, or cut down. It then enters the next run beside its parent.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One job of a project."""

    made: Link
    what: str
    state: Verdict
    size: str
    file: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """All jobs of a project; ``start`` None for who may not start one."""

    title: str
    header: ProjectHeader
    rows: tuple[ListRow, ...]
    start: Action | None
    empty: Empty


def list_page(project: Project, membership: Membership) -> ListPage:
    """Return the jobs of a project, newest first."""
    able = may(membership, Role.EDITOR)
    start = Action("Make a model", project_url(project, "adaptations/new/"), "primary")
    return ListPage(
        title=f"Made models: {project.name}",
        header=header_of(project, TAB),
        rows=tuple(_row(one) for one in adaptations_of(project)),
        start=start if able else None,
        empty=NOTHING,
    )


def _row(one: Adaptation) -> ListRow:
    record = one.record or {}
    before, after = record.get("before", {}), record.get("after", {})
    sizes = (parameters(before.get("parameters")), parameters(after.get("parameters")))
    files = (file_size(before.get("bytes")), file_size(after.get("bytes")))
    return ListRow(
        made=Link(one.key, project_url(one.project, f"adaptations/{one.number}/")),
        what=f"{one.get_technique_display()} of {one.parent_key}",
        state=state_of(one),
        size=" → ".join(sizes) if record else "–",
        file=" → ".join(files) if record else "–",
        when=f"{one.created_at:%-d %b %Y %H:%M}",
    )
