"""Every text that a stranger can bring, each a payload: a team full of them.

Fourteen kinds of text and more: names of teams, people and projects, goal, sample ids,
inputs, expected answers, tags, model output, errors of endpoints, comments, reasons,
file names, sources of prices. What a form would refuse is written to the database.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.timezone import now

from advisor.accounts.models import (
    ApiToken,
    AuditEvent,
    Invitation,
    Membership,
    Role,
    Team,
    User,
)
from advisor.accounts.services import digest
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard, Price
from advisor.projects.models import Project, SampleSet, Setup, Upload
from advisor.reports.models import Comment, DecisionRecord, ShareLink
from advisor.runs.models import Run, RunEvent
from tests.people import person
from tests.reports.setup_folder import evaluate, recorded, write_lines, write_setup
from tests.security.payloads import payloads

ALL = payloads()
TOGETHER = "\n".join(ALL)
SHARE = "a-token-of-a-share-link"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A team with payloads wherever text goes, and the pages that show them."""

    owner: User
    run: Run
    pages: tuple[str, ...]


def build(folder: Path) -> Hostile:
    """Make the team; its run answered 120 samples, some with an error."""
    path = write_setup(
        folder,
        project=ALL[5],
        goal=f"Route what comes in. {ALL[0]}{ALL[66]}{ALL[110]}",
        owner=ALL[1],
        reference=recorded("big"),
        candidates=[recorded("good"), recorded("bad")],
        constraints={"quality_margin": 0.9},
    )
    _write_files(folder)
    done = evaluate(path)
    assert done.status in (0, 3, 4), done.err
    run = Run.objects.get()
    owner = person("alice")
    Membership.objects.create(team=run.team, user=owner, role=Role.OWNER)
    _people(run.team, owner)
    _catalog(run.team)
    _around(run, owner)
    return Hostile(owner, run, _pages(run))


def _write_files(folder: Path) -> None:
    """One sample for each payload; the first twelve hold ten more each."""
    texts = [
        "\n".join(ALL[10 * at : 10 * at + 10]) if at < 12 else text
        for at, text in enumerate(ALL)
    ]
    rows = list(zip(ALL, texts, strict=True))
    write_lines(
        folder / "samples.jsonl",
        ({"id": i, "input": t, "expected": t, "tags": [i]} for i, t in rows),
    )
    outputs = {"big": "output", "good": "output", "bad": "error"}
    for model, field in outputs.items():
        write_lines(
            folder / "recorded" / f"{model}.jsonl",
            ({"id": i, field: t[:480]} for i, t in rows),
        )


def _people(team: Team, owner: User) -> None:
    for at, text in enumerate(ALL):
        user = User.objects.create_user(f"p{at}@example.com", None, name=text)
        Membership.objects.create(team=team, user=user)
        own = Team.objects.create(name=text, slug=f"team-{at}")
        Membership.objects.create(team=own, user=owner, role=Role.OWNER)
        Project.objects.create(team=team, name=f"{text} ", slug=f"p-{at}")
        AuditEvent.objects.create(
            team=team, actor=user, actor_name=text, action=f"odd.{text}"[:60]
        )
        AuditEvent.objects.create(
            team=team, actor_name=text, action="member.removed", target=text
        )
        Invitation.objects.create(
            team=team,
            email=f"{text}@example.com",
            token_sha256=digest(f"i{at}"),
            invited_by=user,
            expires_at=now(),
        )
        ApiToken.objects.create(
            team=team,
            user=owner,
            name=text,
            prefix=text[:9],
            token_sha256=digest(f"t{at}"),
            expires_at=now(),
        )


def _catalog(team: Team) -> None:
    for at, text in enumerate(ALL):
        fact = {
            "value": text,
            "source": text,
            "as_of": "2026-11-01",
            "unverified": True,
        }
        facts = dict.fromkeys(("architecture", "notes", "chat_format"), fact)
        common = {"team": team, "slug": f"own-{at}"}
        ModelCard.objects.create(
            **common,
            name=text,
            family=text,
            source=text,
            licence=text,
            parameters=10**9,
            facts=facts,
        )
        HardwareProfile.objects.create(**common, name=text, kind="gpu", facts=facts)
        Price.objects.create(**common, vendor=text, source=text, input_per_1m=1)
        Endpoint.objects.create(
            **common,
            name=text,
            base_url=f"https://models.example.com/{text}",
            model=text,
            region=text,
        )


def _around(run: Run, owner: User) -> None:
    """Say something about the run wherever something can be said."""
    sample = run.trials.first().sample
    for at, text in enumerate(ALL):
        RunEvent.objects.create(run=run, kind="run", level="error", text=text)
        Comment.objects.create(
            run=run,
            sample=sample if at % 2 else None,
            author=owner,
            author_name=text,
            text=text,
        )
        ShareLink.objects.create(
            run=run, label=text, token_sha256=digest(f"s{at}"), expires_at=now()
        )
    later = now().replace(year=now().year + 1)
    ShareLink.objects.create(
        run=run, label="Board", token_sha256=digest(SHARE), expires_at=later
    )
    DecisionRecord.objects.filter(run=run).delete()
    DecisionRecord.objects.create(
        team=run.team,
        run=run,
        number=1,
        verdict="accepted",
        model="good",
        reason=TOGETHER,
        signed_by=owner,
        signer_name=ALL[2],
        signer_role=ALL[3],
        signed_at=now(),
        revisit_by=later.date(),
    )
    for model in (Upload, SampleSet):
        for at, row in enumerate(model.objects.order_by("pk")):
            model.objects.filter(pk=row.pk).update(name=TOGETHER[120 * at :][:200])
    frozen = Setup.objects.get(pk=run.setup_id)
    draft = json.loads(json.dumps(frozen.document)) | {"goal": TOGETHER[:400]}
    Setup.objects.create(
        project=run.project,
        version=2,
        step=5,
        document=draft,
        sample_set=frozen.sample_set,
        typed={"goal": {"goal": [TOGETHER], "name": [ALL[7]]}},
    )


def _pages(run: Run) -> tuple[str, ...]:
    from urllib.parse import quote

    home = f"/t/{run.team.slug}/"
    base = f"{home}p/{run.project.slug}/"
    one = f"{base}runs/{run.number}/"
    steps = ("goal", "constraints", "samples", "candidates", "review")
    return (
        home,
        *(f"{home}settings/{room}/" for room in ("members", "tokens", "endpoints")),
        *(f"{home}settings/audit/?from={row}" for row in (0, 50, 100, 150, 200)),
        f"{home}reports/",
        "/account/",
        *(f"/catalog/{room}/" for room in ("models", "hardware", "prices", "changes")),
        "/catalog/models/own-5/",
        "/catalog/hardware/own-5/",
        *(f"{base}setup/{step}/" for step in steps),
        f"{base}runs/",
        one,
        f"{one}compare/",
        *(f"{one}samples/?show=all&page={page}" for page in (1, 2, 3)),
        *(f"{one}sample/?sample={quote(key, safe='')}" for key in ALL[:12]),
        f"{one}report/",
        f"{one}comments/",
        f"{one}accept/",
        f"{one}share/",
        f"/shared/{SHARE}/",
        "/invitations/i5/",
    )
