"""Step 1: what is the model for?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from advisor.web.forms import HouseForm

KINDS = (
    ("classification", "Classification\nPick one or more labels"),
    ("extraction", "Extraction\nFill fields from text"),
    ("summary", "Summary\nShorten without losing facts"),
    ("grounded_answers", "Grounded answers\nAnswer from given passages only"),
    ("drafting", "Drafting\nWrite or rewrite a text"),
    ("translation", "Translation\nBetween named languages"),
    ("code", "Code\nWrite, explain or review code"),
    ("tool_calls", "Tool calls\nChoose a function and its arguments"),
)
HARMS = (
    ("corrected", "Someone notices and corrects it at once\nStarts at 10 points"),
    ("rework", "It costs rework or a delay\nStarts at 5 points"),
    (
        "harm",
        "It costs money, trust or safety before anyone sees it\nStarts at 3 points",
    ),
)
MARGIN_BY_HARM = {"corrected": 0.10, "rework": 0.05, "harm": 0.03}
KEYS = ("goal", "task_kinds", "wrong_answer", "owner")


class GoalForm(HouseForm):
    """Name, goal, kinds of task, harm of a wrong answer, owner, date."""

    columns: ClassVar[dict[str, int | str]] = {"task_kinds": 2}

    name = forms.CharField(
        label="Project name",
        min_length=3,
        max_length=80,
        error_messages={"min_length": "Use at least 3 characters for the name"},
    )
    use_case = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    goal = forms.CharField(
        label="Goal",
        help_text=(
            "What goes in, what must come out, who uses it. Up to 400 characters."
        ),
        min_length=20,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "min_length": "Describe the goal in at least 20 characters",
            "required": "Describe the goal in at least 20 characters",
        },
    )
    task_kinds = forms.MultipleChoiceField(
        label="Kinds of task",
        help_text="Choose all that apply. Each kind is scored in its own way.",
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind of task"},
    )
    wrong_answer = forms.ChoiceField(
        label="If an answer is wrong, what happens?",
        help_text=(
            "This sets the starting value of the quality margin. You can change it in"
            " the next step."
        ),
        choices=HARMS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens when an answer is wrong"},
    )
    owner = forms.CharField(
        label="Decision owner",
        help_text="Role or team, shown on the report",
        min_length=2,
        max_length=60,
    )
    decide_by = forms.DateField(
        label="Decide by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Choose today or a later date"},
    )

    def clean_decide_by(self) -> Any:
        """Refuse a date that has passed."""
        day = self.cleaned_data["decide_by"]
        if day is not None and day < timezone.localdate():
            raise ValidationError("Choose today or a later date")
        return day

    @staticmethod
    def initial_from(document: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        shown = {key: document.get(key) for key in (*KEYS, "decide_by", "use_case")}
        return {"name": name, **shown}

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with this step's answers; the margin starts by harm."""
        changed = {**document, **{key: self.cleaned_data[key] for key in KEYS}}
        day = self.cleaned_data["decide_by"]
        changed["decide_by"] = None if day is None else day.isoformat()
        changed["project"] = self.cleaned_data["name"]
        limits = dict(document.get("constraints") or {})
        if document.get("wrong_answer") is None and "quality_margin" not in limits:
            limits["quality_margin"] = MARGIN_BY_HARM[changed["wrong_answer"]]
        changed["constraints"] = limits
        return changed
