"""What is a key of a setup called? As the wizard's fields call it."""

from advisor.projects.forms.choices import Choices
from advisor.projects.forms.limit_fields import LimitFields
from advisor.projects.forms.limits import NUMBERS

FIELDS = {constraint: field for field, (constraint, _) in NUMBERS.items()}


def limit_label(key: str) -> str:
    """Return the label of a constraint; a slice is named by its tag."""
    name, _, tag = key.partition(".")
    if name == "slices":
        return f"Minimum quality of {tag}"
    return field_label(FIELDS.get(name, name))


def field_label(name: str) -> str:
    """Return the label of a field of step 2."""
    field = LimitFields.base_fields.get(name)
    return str(field.label) if field else name.replace("_", " ").capitalize()


def chosen(choices: Choices, value: object) -> str:
    """Return the first line of what was chosen, the value itself where it is none."""
    label = dict(choices).get(str(value), str(value))
    return label.partition("\n")[0]
