"""When may a draft be frozen? When it can run as it is; then it never changes."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint
from advisor.projects import selectors
from advisor.projects.models import Setup, Upload
from advisor.projects.schema import (
    Known,
    Problem,
    SetupInvalid,
    about_file,
    check_samples,
    parse_setup,
    rule_sha256,
)
from advisor.projects.schema import Setup as SetupValue
from advisor.projects.schema.values import placed
from advisor.projects.services.drafting import DraftFrozen
from advisor.projects.services.permits import for_members, sending_problems
from advisor.projects.services.trained import training_problems

NO_SAMPLES = Problem("samples", None, "are missing", "Upload a sample file.")


@transaction.atomic
def freeze(
    *, setup: Setup, document: Mapping[str, Any], by_operator: bool = False
) -> Setup:
    """Check ``document`` with the draft's samples, then fix both for good.

    ``by_operator`` is for the command line: only there may a model be any folder, and
    an engine have options of its own, which may name files of the server.

    Raises:
        SetupInvalid: Everything that stands in the way, at once; nothing is stored.
    """
    value = _read(setup, document)
    if setup.sample_set is None:
        raise SetupInvalid([NO_SAMPLES])
    rows = [
        selectors.row_of(one) for one in selectors.evaluation_samples(setup.sample_set)
    ]
    problems, about_rows = check_samples(value, rows)
    problems += [
        about_file(one, setup.sample_set.name)
        for one in about_rows
        if one.severity == "error"
    ]
    problems += [] if by_operator else for_members(value, setup.project.team)
    problems += training_problems(value, setup.sample_set)
    problems += sending_problems(value, setup.project.team, setup.sample_set)
    if problems:
        raise SetupInvalid(problems)
    contents = contents_of(value, setup.project.team)
    return _fix(setup, value, rule_sha256(value, contents))


def check_again(setup: Setup) -> None:
    """Look at what a frozen setup names as it is now, before another run of it.

    An endpoint may be gone since, or lie on another server, to which nobody agreed.

    Raises:
        SetupInvalid: Everything that stands in the way.
    """
    given = {"project": setup.project.name, "samples": setup.sample_set_id}
    value = parse_setup({**given, **setup.document})
    contents_of(value, setup.project.team)
    problems = sending_problems(value, setup.project.team, setup.sample_set)
    if problems:
        raise SetupInvalid(problems)


def _read(setup: Setup, document: Mapping[str, Any]) -> SetupValue:
    """Return the setup that the document spells; missing samples are told with it."""
    try:
        return parse_setup(document, stored=True, known=known_names(setup.project.team))
    except SetupInvalid as invalid:
        lacks = setup.sample_set is None and document.get("samples") is not None
        told = [NO_SAMPLES] if lacks else []
        raise SetupInvalid([*told, *invalid.problems]) from None


def _fix(setup: Setup, value: SetupValue, rule: str) -> Setup:
    now = timezone.now()
    # Before the setup's own row, as in whatever else is done with a team: a launch
    # locks it next, and who deletes the team has it before the setups.
    team = Team.objects.select_for_update(no_key=True).filter(pk=setup.project.team_id)
    team.first()
    frozen = Setup.objects.filter(pk=setup.pk, state=Setup.State.DRAFT).update(
        state=Setup.State.FROZEN,
        document=value.document(),
        sample_set=setup.sample_set,
        rule_sha256=rule,
        step=5,
        frozen_at=now,
        updated_at=now,
    )
    if not frozen:
        raise DraftFrozen(f"Version {setup.version} is frozen already.")
    setup.refresh_from_db()
    return setup


def known_names(team: Team | None) -> Known:
    """Return which cards, hardware and private hosts a setup of the team may name.

    None stands for a team that does not exist yet: it may name what all may.
    """
    return Known(
        cards=selectors.card_names(team),
        hardware=selectors.hardware_names(team),
        allowed_private=frozenset(settings.ALLOWED_PRIVATE_ENDPOINTS),
    )


def contents_of(value: SetupValue, team: Team) -> dict[str, dict[str, object]]:
    """Return what stands behind stored names, by candidate: the rule hashes contents.

    Raises:
        SetupInvalid: An upload or endpoint is not the team's.
    """
    contents: dict[str, dict[str, object]] = {}
    problems: list[Problem] = []
    for path, one in placed(value):
        if one.upload is not None:
            answers = Upload.objects.filter(team=team, kind=Upload.Kind.RECORDED)
            upload = answers.filter(pk=one.upload).first()
            if upload is None:
                problems.append(_not_there(f"{path}.upload", one.upload))
            else:
                contents[one.id] = {"recorded_sha256": upload.sha256}
        if one.endpoint is not None:
            endpoint = Endpoint.objects.filter(team=team, pk=one.endpoint).first()
            if endpoint is None:
                problems.append(_not_there(f"{path}.endpoint", one.endpoint))
            else:
                contents[one.id] = {"endpoint_model": endpoint.model}
    if problems:
        raise SetupInvalid(problems)
    return contents


def _not_there(path: str, given: object) -> Problem:
    return Problem(path, given, "is not there", "Choose one of your team's.")
