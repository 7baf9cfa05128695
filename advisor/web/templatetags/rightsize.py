"""What may a template of this house do beyond Django's own tags? Icons and controls."""

import json

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the icon ``name``; it is decoration, words stand beside it."""
    return format_html('<span class="i i-{}" aria-hidden="true"></span>', name)


@register.filter
def shown(value: object) -> object:
    """Return the value, or a dash when nothing was measured."""
    return "–" if value is None or value == "" else value


@register.filter
def as_json(value: object) -> str:
    """Return a value as JSON, to be escaped like any other text."""
    return json.dumps(value, separators=(",", ":"))


@register.filter
def control(field: BoundField) -> SafeString:
    """Return the field's widget with the class, hint and error that belong to it."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}-hint")
    attrs: dict[str, str | bool] = {"class": _look(field.field.widget)}
    if field.errors:
        described.append(f"{field.auto_id}-error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is a set of choices, shown as a fieldset."""
    return isinstance(
        field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple
    )


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the field is one checkbox, shown with its label beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def affix(field: BoundField, side: str) -> str:
    """Return the unit shown ``before`` or ``after`` the control, or nothing.

    A form sets it as ``affix_before`` or ``affix_after`` on the field.
    """
    return str(getattr(field.field, f"affix_{side}", ""))


@register.filter
def first_line(text: object) -> str:
    """Return what a choice is called."""
    return str(text).partition("\n")[0]


@register.filter
def second_line(text: object) -> str:
    """Return the explanation of a choice, or nothing."""
    return str(text).partition("\n")[2]


def _look(widget: forms.Widget) -> str:
    own = str(widget.attrs.get("class", ""))
    if isinstance(widget, forms.Textarea):
        look = "textarea"
    elif isinstance(widget, forms.Select):
        look = "select"
    elif isinstance(widget, forms.CheckboxInput):
        look = ""
    else:
        look = "input"
    return f"{look} {own}".strip()
