"""A form with every kind of field, empty and wrong."""

from typing import ClassVar

from django import forms

from advisor.web.forms import HouseForm


class SpecimenForm(HouseForm):
    """One field of each kind."""

    affixes: ClassVar = {"peak": ("", "requests/s"), "budget": ("$", "a month")}
    columns: ClassVar = {"kinds": 2}
    no_optional: ClassVar = frozenset({"local"})

    name = forms.CharField(
        label="Project name", max_length=80, initial="Ticket routing"
    )
    goal = forms.CharField(
        label="Goal",
        help_text="What goes in, what must come out, who uses it.",
        widget=forms.Textarea,
        required=False,
    )
    peak = forms.FloatField(
        label="Peak load",
        help_text="Busiest minute of a normal day",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        min_value=1.2,
        error_messages={
            "min_value": "Enter a peak of at least 1.2, the average of your volume"
        },
    )
    budget = forms.FloatField(
        label="Monthly budget",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        required=False,
        initial="2,000",
    )
    profile = forms.ChoiceField(
        label="Load profile",
        choices=[("office", "Office hours, 5 days"), ("even", "Even, day and night")],
    )
    kinds = forms.MultipleChoiceField(
        label="Kinds of task",
        help_text="Choose all that apply. Each kind is scored in its own way.",
        choices=[
            ("label", "Classification\nPick one or more labels"),
            ("fields", "Extraction\nFill fields from text"),
            ("summary", "Summary\nShorten without losing facts"),
            ("code", "Code\nWrite, explain or review code"),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind of task"},
    )
    harm = forms.ChoiceField(
        label="If an answer is wrong, what happens?",
        choices=[
            ("noticed", "Someone notices and corrects it at once"),
            ("rework", "It costs rework or a delay"),
        ],
        widget=forms.RadioSelect,
        initial="rework",
    )
    local = forms.BooleanField(
        label="Nothing may leave this network",
        help_text="Only local models and listed private endpoints run.",
        required=False,
    )


def plain_form() -> SpecimenForm:
    """Return the form as it is first shown."""
    return SpecimenForm(prefix="plain")


def broken_form() -> SpecimenForm:
    """Return the form as it comes back with errors."""
    return SpecimenForm({"wrong-name": "", "wrong-peak": "0.6"}, prefix="wrong")
