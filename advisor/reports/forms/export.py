"""Which file of a report is asked for, on which paper, with which extras?"""

from typing import ClassVar
from urllib.parse import urlencode

from django import forms

from advisor.reports.models import Export
from advisor.reports.selectors import options_of
from advisor.web.forms import HouseForm

PAPERS = (("a4", "A4"), ("us-letter", "US Letter"))


class ExportForm(HouseForm):
    """What is not given is the usual: the PDF on A4 without sample answers."""

    no_optional: ClassVar[frozenset[str]] = frozenset({"paper", "appendix"})

    kind = forms.ChoiceField(
        choices=Export.Kind.choices, required=False, widget=forms.HiddenInput
    )
    paper = forms.ChoiceField(label="Paper", choices=PAPERS, required=False)
    appendix = forms.BooleanField(
        label="Sample answers",
        help_text="Appendix. May hold personal data.",
        required=False,
    )

    def wanted(self) -> tuple[Export.Kind, str]:
        """Return kind and options; the usual for anything that is not known."""
        self.is_valid()
        given = self.cleaned_data
        kind = Export.Kind(given.get("kind") or Export.Kind.PDF)
        paper = given.get("paper") or "a4"
        return kind, options_of(paper, appendix=bool(given.get("appendix")))

    def chosen(self) -> str:
        """Return the query that shows the PDF asked for; empty for the usual one."""
        _, options = self.wanted()
        paper, *extras = options.split()
        query = {"paper": paper} if paper != PAPERS[0][0] else {}
        return urlencode({**query, **({"appendix": "on"} if extras else {})})
