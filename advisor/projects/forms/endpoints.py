"""Step 4: which server answers? One that is typed here, or one the team has."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advisor.catalog.endpoint_keys import slug_of
from advisor.catalog.forms import EndpointFields
from advisor.projects.forms.candidates import AddForm, Choices


class AddEndpointForm(AddForm, EndpointFields):
    """A server that speaks the OpenAI protocol: the fields that settings have."""

    field_order = ("id", "role")
    endpoints: Collection[str] = ()

    def clean_id(self) -> str:
        """Refuse a name that another endpoint of the team has: it would be changed."""
        key = super().clean_id()
        if slug_of(key) in self.endpoints:
            told = f"Your team has an endpoint called {key}. Add that one, or rename"
            raise ValidationError(told)
        return key


class AddStoredEndpointForm(AddForm):
    """An endpoint that the team has already."""

    endpoint = forms.ChoiceField(label="Endpoint")

    def __init__(self, *args: Any, endpoints: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.choose_from("endpoint", endpoints)

    def entry(self) -> dict[str, Any]:
        """Return the candidate as the document holds it."""
        values = self.cleaned_data
        endpoint = int(values["endpoint"])
        return {"id": values["id"], "engine": "openai", "endpoint": endpoint}
