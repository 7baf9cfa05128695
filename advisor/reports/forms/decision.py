"""What does a signer give? A verdict, why, name and role as they write it, a day."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from advisor.reports.models import DecisionRecord
from advisor.web.forms import HouseForm

USUAL_DAYS, LONGEST_DAYS = 180, 730
REASON_NEEDED = "Enter why you reject it, for those who read the record"


class DecisionForm(HouseForm):
    """One signature; which button was pressed is the verdict."""

    reason = forms.CharField(
        label="Note for the record",
        help_text="Why. Rejecting needs a reason.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    name = forms.CharField(
        label="Your name", help_text="As the record prints it", max_length=80
    )
    role = forms.CharField(label="Your role", help_text="Title or team", max_length=80)
    revisit_by = forms.DateField(
        label="Revisit by",
        help_text="After this day the record says that the decision is out of date.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 2027-05-31"},
    )
    verdict = forms.ChoiceField(
        choices=DecisionRecord.Verdict.choices,
        widget=forms.HiddenInput,
        error_messages={"required": "Choose Accept or Reject"},
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_revisit_by(self) -> date:
        """Refuse a day that has passed or is too far off."""
        day: date = self.cleaned_data["revisit_by"]
        today = timezone.now().date()
        if not today < day <= today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(
                "Choose a day from tomorrow on, at most two years ahead"
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the recommendation is rejected."""
        given = super().clean() or {}
        rejects = given.get("verdict") == DecisionRecord.Verdict.REJECTED
        if rejects and not given.get("reason"):
            self.add_error("reason", REASON_NEEDED)
        return given


def usual_day() -> date:
    """Return the day by which a decision is usually revisited."""
    return timezone.now().date() + timedelta(days=USUAL_DAYS)
