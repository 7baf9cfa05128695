"""What does a share link need? Whom it is for, and how long it lives."""

from typing import ClassVar

from django import forms

from advisor.reports.services.sharing import LONGEST_DAYS
from advisor.web.forms import HouseForm

DAYS = f"Enter 1 to {LONGEST_DAYS} days"


class ShareForm(HouseForm):
    """A link to a report for somebody outside the team."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"days": ("", "days")}

    label = forms.CharField(
        label="For whom",
        help_text="Your own note, such as: review board. The reader does not see it.",
        max_length=60,
    )
    days = forms.IntegerField(
        label="Valid for",
        help_text=f"At most {LONGEST_DAYS} days",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=30,
        error_messages={
            "invalid": DAYS,
            "min_value": DAYS,
            "max_value": DAYS,
        },
    )
