"""Which parts of a page need not be rendered twice? Those whose values did not change.

`{% kept "components/limits.html" limits=c.limits %}` stands for an include with `only`:
the part is rendered once for these values and then repeated. The values themselves are
the key, so what is shown is always what was asked for, whoever asks.
"""

from dataclasses import fields, is_dataclass

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from advisor.web.kept import Kept

register = template.Library()
MOST_CHARACTERS = 24_000_000
HTML: Kept[SafeString] = Kept(MOST_CHARACTERS, weigh=len)


@register.simple_tag
def kept(name: str, **values: object) -> SafeString:
    """Return the template ``name`` with ``values`` alone, rendered now or before.

    What cannot be a key, or holds text that is HTML already, is rendered each time:
    such a text equals a plain one that has yet to be escaped.
    """
    key = (name, *values.items())
    try:
        found = HTML.find(key)
    except TypeError:  # something in it may change
        return SafeString(render_to_string(name, dict(values)))
    if found is None:
        found = SafeString(render_to_string(name, dict(values)))
        if not any(map(holds_html, values.values())):
            HTML.put(key, found)
    return found


def holds_html(value: object) -> bool:
    """Tell whether a value is, or holds anywhere, text that is marked as HTML."""
    if isinstance(value, SafeString):
        return True
    if isinstance(value, tuple | frozenset):
        return any(map(holds_html, value))
    if is_dataclass(value):
        return any(holds_html(getattr(value, field.name)) for field in fields(value))
    return False
