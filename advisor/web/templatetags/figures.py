"""How does a template write a number? By `sizing.formats`, as the report does.

Filters: `number`, `percent`, `points`, `money`, `duration`, `gigabytes`, `rate` and
`plus_minus`. What was not measured is a dash. The tag `chart_theme` gives what all
charts of a page share.
"""

from django import template

from advisor.charts import theme
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
register.simple_tag(theme.screen, name="chart_theme")
