"""What may be typed about a recommendation? Forms of what-if, decisions and links."""

from advisor.reports.forms.what_if import MOVED, WhatIfForm, limits_in_form

__all__ = ["MOVED", "WhatIfForm", "limits_in_form"]
