"""Which projects, setups and samples may this team see? Reads only.

Every function takes the team or something found through it: what belongs to another
team does not exist here.
"""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from advisor.accounts.models import Team
from advisor.builtin import PREFIX, model_names
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.projects.models import Project, Sample, SampleSet, Setup, Upload
from advisor.projects.parsing import SampleRow


def projects_of(team: Team) -> QuerySet[Project]:
    """Return the team's projects that are not archived, newest first."""
    setups = Prefetch("setups", Setup.objects.order_by("-version"))
    return (
        Project.objects.filter(team=team, archived_at__isnull=True)
        .prefetch_related(setups)
        .order_by("-created_at", "-pk")
    )


def project_by_slug(team: Team, slug: str) -> Project:
    """Return one project of the team; Project.DoesNotExist for any other."""
    return Project.objects.get(team=team, slug=slug)


def project_by_name(team: Team, name: str) -> Project | None:
    """Return the team's project of that name, None where there is none yet."""
    return Project.objects.filter(team=team, name=name).first()


def latest_setup(project: Project) -> Setup | None:
    """Return the newest setup version, draft or frozen."""
    return project.setups.select_related("sample_set").order_by("-version").first()


def draft_of(project: Project) -> Setup | None:
    """Return the draft, None where every version is frozen."""
    return (
        project.setups.select_related("sample_set")
        .filter(state=Setup.State.DRAFT)
        .first()
    )


def sample_set_of(project: Project, pk: int) -> SampleSet:
    """Return one sample set of the project; SampleSet.DoesNotExist for any other."""
    return project.sample_sets.get(pk=pk)


def evaluation_samples(sample_set: SampleSet) -> QuerySet[Sample]:
    """Return the samples that decide, in file order; tuning samples never do."""
    return sample_set.samples.filter(split=Sample.Split.EVALUATION).order_by("position")


def uploads_of(team: Team, kind: str) -> QuerySet[Upload]:
    """Return the team's files of one kind without their content, newest first."""
    return team.uploads.filter(kind=kind).defer("content").order_by("-created_at")


def uploads_by_id(team: Team, ids: Iterable[int]) -> dict[int, Upload]:
    """Return the team's uploads among ``ids`` by id, without their content."""
    return team.uploads.defer("content").in_bulk(list(ids))


def row_of(sample: Sample) -> SampleRow:
    """Return a stored sample as the value that the parser gave."""
    return SampleRow(
        id=sample.key,
        input=sample.input,
        expected=sample.expected,
        group=sample.group or None,
        tags=tuple(sample.tags),
        row=sample.position + 1,
    )


def card_names(team: Team | None) -> frozenset[str]:
    """Return slugs and aliases of the model cards that the team may name."""
    return _names(ModelCard.objects.filter(Q(team=team) | Q(team__isnull=True)))


def hardware_names(team: Team | None) -> frozenset[str]:
    """Return slugs and aliases of the hardware that the team may name."""
    return _names(HardwareProfile.objects.filter(Q(team=team) | Q(team__isnull=True)))


def _names(rows: QuerySet[ModelCard] | QuerySet[HardwareProfile]) -> frozenset[str]:
    return frozenset(
        name
        for slug, aliases in rows.values_list("slug", "aliases")
        for name in (slug, *aliases)
    )


def local_models(team: Team) -> list[tuple[str, str]]:
    """Return the models that can run here, as name and label: built-in, then folders.

    Folders are those directly under what the operator opened in MODEL_ROOTS.
    """
    cards = {card.source: card for card in _visible_builtin(team)}
    built = [
        (f"{PREFIX}{name}", _model_label(name, cards.get(f"{PREFIX}{name}")))
        for name in model_names()
    ]
    folders = [
        (str(config.parent), config.parent.name)
        for root in settings.MODEL_ROOTS
        for config in sorted(Path(root).glob("*/config.json"))
    ]
    return [*built, *folders]


def model_ids(setup: Setup) -> frozenset[str]:
    """Return the names that are taken in a draft."""
    document = setup.document
    entries = [*(document.get("candidates") or ())]
    entries += [document["reference"]] if document.get("reference") else []
    return frozenset(one["id"] for one in entries)


def _visible_builtin(team: Team) -> QuerySet[ModelCard]:
    return ModelCard.objects.filter(
        Q(team=team) | Q(team__isnull=True), source__startswith=PREFIX
    )


def _model_label(name: str, card: ModelCard | None) -> str:
    if card is None or not card.parameters:
        return f"{name}, built in"
    return f"{name}, built in, {card.parameters / 1e6:.3g} M parameters"
