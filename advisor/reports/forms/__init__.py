"""What may be typed about a recommendation? Forms of what-if, decisions and links."""

from advisor.reports.forms.comment import CommentForm
from advisor.reports.forms.decision import DecisionForm, usual_day
from advisor.reports.forms.export import ExportForm
from advisor.reports.forms.share import ShareForm
from advisor.reports.forms.what_if import MOVED, WhatIfForm, limits_in_form

__all__ = [
    "MOVED",
    "CommentForm",
    "DecisionForm",
    "ExportForm",
    "ShareForm",
    "WhatIfForm",
    "limits_in_form",
    "usual_day",
]
