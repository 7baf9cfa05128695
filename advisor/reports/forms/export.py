"""Which file of a report is asked for, on which paper, with which extras?"""

from typing import ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from advisor.reports.models import Export
from advisor.reports.selectors import options_of
from advisor.reports.selectors.exports import APPENDIX, SHEETS
from advisor.web.forms import HouseForm

INCLUDED = (
    ("options", "Options considered"),
    ("evidence", "Evidence"),
    ("consequences", "Consequences and method"),
)
PAPERS = (("a4", "A4"), ("us-letter", "US Letter"))


class ExportForm(HouseForm):
    """What is not given is the usual: the PDF on A4 without sample answers."""

    no_optional: ClassVar[frozenset[str]] = frozenset({"paper", "appendix", "include"})

    kind = forms.ChoiceField(
        choices=Export.Kind.choices, required=False, widget=forms.HiddenInput
    )
    paper = forms.ChoiceField(label="Paper", choices=PAPERS, required=False)
    appendix = forms.BooleanField(
        label="Sample answers",
        help_text="Appendix. May hold personal data.",
        required=False,
    )

    include = forms.MultipleChoiceField(
        label="Include",
        choices=INCLUDED,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    # Says that a list of sheets came with it: no tick at all is an answer too.
    chose = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        given = data.copy()
        if "chose" not in given:
            given.setlist("include", list(SHEETS))
        given["chose"] = "on"
        super().__init__(given)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The sheets that are not wanted."""
        self.is_valid()
        included = self.cleaned_data.get("include", SHEETS)
        return tuple(name for name in SHEETS if name not in included)

    def wanted(self) -> tuple[Export.Kind, str]:
        """Return kind and options; the usual for anything that is not known."""
        self.is_valid()
        given = self.cleaned_data
        kind = Export.Kind(given.get("kind") or Export.Kind.PDF)
        paper = given.get("paper") or "a4"
        appendix = bool(given.get("appendix"))
        left_out = self.left_out
        return kind, options_of(paper, appendix=appendix, left_out=left_out)

    def chosen(self) -> str:
        """Return the query that shows the PDF asked for; empty for the usual one."""
        _, options = self.wanted()
        paper, *extras = options.split()
        query = {"paper": paper} if paper != PAPERS[0][0] else {}
        query |= {"appendix": "on"} if APPENDIX in extras else {}
        if not self.left_out:
            return urlencode(query)
        sheets = [name for name in SHEETS if name not in self.left_out]
        return urlencode({**query, "chose": "on", "include": sheets}, doseq=True)
