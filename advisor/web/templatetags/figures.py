"""How does a template write a number? By `sizing.formats`, as the report does.

Filters: `number`, `percent`, `points`, `money`, `duration`, `gigabytes`, `rate` and
`plus_minus`. What was not measured is a dash.
"""

from django import template

from advisor.sizing import formats

register = template.Library()
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("points", formats.points)
register.filter("money", formats.money)
register.filter("duration", formats.duration)
register.filter("gigabytes", formats.gigabytes)
register.filter("rate", formats.rate)
register.filter("plus_minus", formats.plus_minus)
