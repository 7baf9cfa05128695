"""Which projects, setups and samples may this team see? Reads only.

Every function takes the team or something found through it: what belongs to another
team does not exist here.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from advisor.accounts.models import Team
from advisor.builtin import PREFIX, model_names, model_path
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard
from advisor.projects.models import Intake, Project, Sample, SampleSet, Setup, Upload
from advisor.projects.parsing import SampleRow
from advisor.projects.schema import Known
from advisor.projects.schema.entries import leaves_this_machine
from advisor.sizing.weights import parameters_in

MOST_HEADER_BYTES = 100_000_000
INSIDE = ("device", "own_server")


def projects_of(team: Team, *, archived: bool = False) -> QuerySet[Project]:
    """Return the team's projects that are, or are not, archived, newest first."""
    setups = Prefetch("setups", Setup.objects.order_by("-version"))
    return (
        Project.objects.filter(team=team, archived_at__isnull=not archived)
        .select_related("team")
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


def intake_of(setup: Setup) -> Intake | None:
    """Return the file on its way to a draft's samples, None without one."""
    if setup._state.adding:
        return None
    found = Intake.objects.select_related("upload").defer("upload__content")
    return found.filter(setup=setup).first()


def tuning_samples(sample_set: SampleSet) -> QuerySet[Sample]:
    """Return the samples that may train, in file order; evaluation samples never do.

    The only way to samples for training: what is not here decides.
    """
    return sample_set.samples.filter(split=Sample.Split.TUNING).order_by("position")


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

    Folders are those directly under what the operator opened in MODEL_ROOTS, and the
    models that the team made here.
    """
    cards = {card.source: card for card in _visible_builtin(team)}
    built = [
        (f"{PREFIX}{name}", _model_label(name, cards.get(f"{PREFIX}{name}")))
        for name in model_names()
    ]
    folders = [
        (str(config.parent), config.parent.name)
        for root in model_roots(team)
        for config in sorted(root.glob("*/config.json"))
    ]
    return [*built, *folders]


def model_roots(team: Team) -> list[Path]:
    """Return the folders under which a team may name models, as they really lie."""
    roots = [Path(root).resolve() for root in settings.MODEL_ROOTS]
    return [*roots, adapted_root(team.pk)]


def adapted_root(team_id: int) -> Path:
    """Return the folder of the models that a team made here."""
    return (Path(settings.ADAPTED_DIR) / str(team_id)).resolve()


def entries_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the candidates of a document, then its reference where there is one."""
    reference = document.get("reference")
    return [*(document.get("candidates") or ()), *([reference] if reference else [])]


def endpoint_of(setup: Setup, entry: Mapping[str, Any]) -> Endpoint | None:
    """Return the team's endpoint that a candidate names, None for any other."""
    pk = entry.get("endpoint")
    return setup.project.team.endpoints.filter(pk=pk).first() if pk else None


def outside_endpoints(setup: Setup) -> tuple[str, ...]:
    """Return the models of a draft that lie outside the team's network, by name."""
    entries = [one for one in entries_of(setup.document) if one.get("endpoint")]
    known = setup.project.team.endpoints.in_bulk([one["endpoint"] for one in entries])
    return tuple(
        one["id"]
        for one in entries
        if one["endpoint"] in known and is_outside(known[one["endpoint"]])
    )


def is_outside(endpoint: Endpoint) -> bool:
    """Say whether samples sent to an endpoint leave what the team runs itself.

    By where it is said to run and by its address: a server on this machine or on a
    host that the operator lists is not outside.
    """
    return endpoint.hosting not in INSIDE and leaves_network(endpoint)


def leaves_network(endpoint: Endpoint) -> bool:
    """Say whether an address is neither this machine's nor a listed private host's."""
    allowed = frozenset(settings.ALLOWED_PRIVATE_ENDPOINTS)
    return leaves_this_machine(endpoint.base_url, Known(allowed_private=allowed))


def files_of_model(name: str) -> tuple[dict[str, Any], int] | None:
    """Return config.json and the number of parameters of a model that lies here.

    Built-in models, folders that the operator opened and models made here, whose
    folders have names that nobody guesses; None for any other.
    """
    try:
        folder = model_path(name) if name.startswith(PREFIX) else Path(name).resolve()
        roots = [Path(root).resolve() for root in settings.MODEL_ROOTS]
        made = Path(settings.ADAPTED_DIR).resolve() == folder.parent.parent
        if not name.startswith(PREFIX) and folder.parent not in roots and not made:
            return None
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = sorted(folder.glob("*.safetensors"))
        parameters = sum(parameters_in(_header(path)) for path in weights)
    except (LookupError, OSError, ValueError):
        return None
    return (config, parameters) if parameters else None


def _header(path: Path) -> dict[str, Any]:
    """Return the header of a safetensors file: its length in 8 bytes, then JSON."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > MOST_HEADER_BYTES:
            raise ValueError(f"{path.name} has no safetensors header.")
        header: dict[str, Any] = json.loads(file.read(length))
    return header


def model_ids(setup: Setup) -> frozenset[str]:
    """Return the names that are taken in a draft."""
    return frozenset(one["id"] for one in entries_of(setup.document))


def _visible_builtin(team: Team) -> QuerySet[ModelCard]:
    return ModelCard.objects.filter(
        Q(team=team) | Q(team__isnull=True), source__startswith=PREFIX
    )


def _model_label(name: str, card: ModelCard | None) -> str:
    if card is None or not card.parameters:
        return f"{name}, built in"
    return f"{name}, built in, {card.parameters / 1e6:.3g} M parameters"
