"""One person on the way through the wizard, by plain HTTP as a form without scripts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from advisor.accounts.models import Team
from advisor.projects.models import Project, Setup
from advisor.runs.models import Run

GOAL = {
    "name": "Ticket routing",
    "goal": "Read each support ticket and name the desk it belongs to.",
    "task_kinds": ["classification"],
    "wrong_answer": "rework",
    "owner": "Lead architect",
}
REVIEW = {
    "objective": "cost",
    "promise": "traffic",
    "exhausted": "on",
    "repeats": "1",
    "seed": "0",
}
SCORING = {"prompt": "{input}", "scorer": "exact_match", "max_output_tokens": "256"}


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def file(name: str, content: bytes | str) -> SimpleUploadedFile:
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data)


class Walk:
    """Posts each step of one project's wizard."""

    def __init__(
        self, client: Client, team: Team, slug: str = "ticket-routing"
    ) -> None:
        self.client = client
        self.team = team
        self.home = f"/t/{team.slug}/"
        self.base = f"{self.home}p/{slug}/"

    @property
    def project(self) -> Project:
        return Project.objects.get(team=self.team, slug=self.base.split("/")[-2])

    @property
    def draft(self) -> Setup:
        return self.project.setups.get(state=Setup.State.DRAFT)

    @property
    def document(self) -> dict[str, Any]:
        return dict(self.draft.document)

    def open(self, step: str) -> HttpResponse:
        return self.client.get(f"{self.base}setup/{step}/")

    def post(self, step: str, data: Mapping[str, Any] | None = None) -> HttpResponse:
        return self.client.post(f"{self.base}setup/{step}/", data or {})

    def begin(self, **changes: Any) -> HttpResponse:
        return self.client.post(f"{self.home}projects/new/", {**GOAL, **changes})

    def limit(self, **limits: Any) -> HttpResponse:
        return self.post("constraints", limits)

    def upload(self, content: bytes | str, name: str = "s.jsonl") -> HttpResponse:
        return self.post(
            "samples/upload", {"file": file(name, content), "whole": "yes"}
        )

    def score(self, **changes: Any) -> HttpResponse:
        return self.post("samples", {**SCORING, **changes})

    def add(self, kind: str, name: str, /, **fields: Any) -> HttpResponse:
        given = {"id": name, "role": "candidate", **fields}
        return self.post(f"candidates/add/{kind}", given)

    def record(self, name: str, answers: bytes | str, /, **fields: Any) -> HttpResponse:
        given = file(f"{name}.jsonl", answers)
        return self.add("recorded", name, file=given, **fields)

    def launch(self, **changes: Any) -> HttpResponse:
        return self.post("launch", {**REVIEW, **changes})

    @property
    def run(self) -> Run:
        return Run.objects.get(project=self.project)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()
