"""How does a form of this house speak? Its units, its columns, its default errors."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from advisor.web.plain import visible

SIDES = ("before", "after")
CHOICES = (forms.ChoiceField, forms.FileField)
DJANGO_DEFAULT = str(forms.Field.default_error_messages["required"])


def seen_as_typed(text: str) -> None:
    """Refuse a name with signs that nobody sees, or that turn it around (a validator).

    Such a name would read like another one.
    """
    if visible(text) != text:
        raise ValidationError(f"It holds signs that cannot be seen: {visible(text)}")


class HouseForm(forms.Form):
    """A form whose fields say what to do when they are left empty.

    Class attributes that the field component reads:

    - `affixes`      field name to (before, after): its units, such as ("$", "a month"),
                     where the field does not say them itself
    - `columns`      field name to 2 or "inline": how a set of choices is laid out
    - `no_optional`  names of optional fields that do not say "(optional)"
    """

    affixes: ClassVar[dict[str, tuple[str, str]]] = {}
    columns: ClassVar[dict[str, int | str]] = {}
    no_optional: ClassVar[frozenset[str]] = frozenset()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            own = tuple(getattr(field, f"affix_{side}", "") for side in SIDES)
            before, after = self.affixes.get(name, own)
            marks = {
                "affix_before": before,
                "affix_after": after,
                "columns": self.columns.get(name, ""),
                "no_optional": name in self.no_optional,
            }
            for mark, value in marks.items():
                setattr(field, mark, value)
            if str(field.error_messages["required"]) == DJANGO_DEFAULT:
                field.error_messages["required"] = _ask_for(name, field)


def _ask_for(name: str, field: forms.Field) -> str:
    label = str(field.label or name.replace("_", " "))
    if label.endswith("?"):
        return "Choose an answer"
    thing = label[:1].lower() + label[1:] if label[1:2].islower() else label
    return f"{'Choose' if isinstance(field, CHOICES) else 'Enter'} {thing}"
