"""What is offered to somebody who wants a model made smaller or better?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from advisor.adaptations import services
from advisor.adaptations.forms import FORMS, AdaptForm
from advisor.adaptations.pages.listing import TAB
from advisor.adaptations.pages.words import LEDES, WHAT
from advisor.adaptations.services import parents_of, teachers_of, terms_of
from advisor.projects.models import Project, Setup
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.projects.selectors import evaluation_samples, tuning_samples
from advisor.sizing import formats
from advisor.tuning.order import Order, has_peft, steps_for
from advisor.web.parts import Action, Empty, Link, Notice

BUDGET_MINUTES = 30
PARTS = {"keep_layers": 75, "keep_mlp": 75, "keep_heads": 100, "zeroed": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """The form of one technique; ``empty`` where nothing can be made yet."""

    title: str
    header: ProjectHeader
    lede: str
    techniques: tuple[Link, ...]
    notices: tuple[Notice, ...]
    form: AdaptForm | None
    back: Link
    empty: Empty | None = None


def start_page(setup: Setup, form: AdaptForm) -> StartPage:
    """Return the page of a technique on a frozen setup."""
    project = setup.project
    return StartPage(
        title=f"Make a model: {project.name}",
        header=header_of(project, TAB),
        lede=LEDES[form.technique],
        techniques=_techniques(project, form),
        notices=_notices(setup, form),
        form=form,
        back=Link("Cancel", project_url(project, "adaptations/")),
    )


def nothing_to_make(project: Project) -> StartPage:
    """Return the page of a project without a model that could be made better."""
    return StartPage(
        title=f"Make a model: {project.name}",
        header=header_of(project, TAB),
        lede="",
        techniques=(),
        notices=(),
        form=None,
        back=Link("Back", project_url(project, "adaptations/")),
        empty=Empty(
            title="There is no model to start from yet",
            text="Models are made from candidates whose weights lie here, of a setup"
            " that was run once. Add one in the setup, give tuning a share of the"
            " samples, and run it.",
            actions=(Action("Go to the setup", project_url(project, "setup/")),),
        ),
    )


def form_for(
    setup: Setup, technique: str, data: Any, query: Mapping[str, str]
) -> AdaptForm:
    """Return the form of a technique, filled or with what it suggests."""
    kind = FORMS[technique]
    parents = [(str(one["id"]), str(one["id"])) for one in parents_of(setup)]
    chosen = str((data or query).get("candidate") or (parents[0][0] if parents else ""))
    given: dict[str, Any] = {"parents": parents}
    if technique == "distil":
        teachers = teachers_of(setup, chosen)
        given["teachers"] = [(str(one["id"]), str(one["id"])) for one in teachers]
        given["terms"] = " ".join(
            terms_of(setup, one).text
            for one in teachers
            if terms_of(setup, one).must_accept
        )
    return kind(data or None, initial=_initial(setup, technique, chosen), **given)


def _initial(setup: Setup, technique: str, chosen: str) -> dict[str, Any]:
    usual = Order(technique=technique).document()  # type: ignore[arg-type]
    count = tuning_samples(setup.sample_set).count() if setup.sample_set else 0
    steps = steps_for(count, usual["rows"])
    return {
        **usual,
        **PARTS,
        "steps": steps // 4 if technique == "prune" else steps,
        "candidate": chosen,
        "budget_minutes": BUDGET_MINUTES,
        "terms": False,
    }


def _techniques(project: Project, form: AdaptForm) -> tuple[Link, ...]:
    chosen = form["candidate"].value() or ""
    here = project_url(project, "adaptations/new/")
    return tuple(
        Link(
            text,
            f"{here}?{urlencode({'technique': name, 'candidate': chosen})}",
            name == form.technique,
        )
        for name, text in WHAT.items()
    )


def _notices(setup: Setup, form: AdaptForm) -> tuple[Notice, ...]:
    assert setup.sample_set is not None  # noqa: S101
    trains = tuning_samples(setup.sample_set).count()
    judges = evaluation_samples(setup.sample_set).count()
    told = Notice(
        kind="info" if trains >= services.FEWEST_LESSONS else "warn",
        icon="draft" if trains >= services.FEWEST_LESSONS else "warn",
        title=f"{formats.count(trains, 'tuning sample')} may train.",
        text=f"The {formats.count(judges, 'evaluation sample')} of setup version"
        f" {setup.version} never do: they judge the result.",
        action=None
        if trains
        else Link(
            "Set a share for tuning", project_url(setup.project, "setup/samples/")
        ),
    )
    return (told, *_about_technique(setup, form))


def _about_technique(setup: Setup, form: AdaptForm) -> Iterator[Notice]:
    """Yield what a technique lacks here."""
    if form.technique == "fine_tune" and not has_peft():
        text = "Leave its rank at 0, or ask your operator to install peft."
        title = "LoRA is not installed here."
        yield Notice(kind="plain", icon="draft", title=title, text=text)
    chosen = str(form["candidate"].value() or "")
    if form.technique == "distil" and not teachers_of(setup, chosen):
        text = "Give the setup a reference or another candidate, and run it."
        title = "Nobody can teach yet."
        yield Notice(kind="warn", icon="warn", title=title, text=text)
