"""How does a team write models, machines and prices of its own?"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.catalog import selectors, services
from advisor.catalog.forms import CardForm, HardwareForm
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.own import (
    card_initial,
    delete_page,
    hardware_initial,
    own_form_page,
)
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@needs(Role.EDITOR, "add models")
def model_edit(request: TeamRequest, team: str, slug: str = "") -> HttpResponse:
    """Add a model, change one, or put an own one in a shared one's place."""
    card = _card(request, slug) if slug else None
    form = CardForm(request.POST or None, initial=_start(card_initial, card))
    form.taken = _taken(request, ModelCard, card)
    if form.is_valid():
        values = form.values()
        kept = _kept(form, services.save_card, request, values=values, base=card)
        if kept is not None:
            return redirect("catalog:model", slug=kept.slug)
    return _form_page(request, "models", form, card, "Add a private model")


@read_or_post
@needs(Role.EDITOR, "delete models")
def model_delete(request: TeamRequest, team: str, slug: str) -> HttpResponse:
    """Ask, then delete a model of the team."""
    card = _own(request, _card(request, slug))
    if request.method == "POST":
        services.delete_card(by=request.membership, card=card)
        messages.success(request, f"{card.name} is deleted.")
        return redirect("catalog:models")
    back = f"/catalog/models/{slug}/"
    page = delete_page(request.membership, "models", card.name, back)
    return render_page(request, "catalog/delete.html", page)


@read_or_post
@needs(Role.EDITOR, "add hardware")
def hardware_edit(request: TeamRequest, team: str, slug: str = "") -> HttpResponse:
    """Add a machine, change one, or put an own one in a shared one's place."""
    row = _machine(request, slug) if slug else None
    form = HardwareForm(request.POST or None, initial=_start(hardware_initial, row))
    form.taken = _taken(request, HardwareProfile, row)
    if form.is_valid():
        values = form.cleaned_data
        kept = _kept(form, services.save_hardware, request, values=values, base=row)
        if kept is not None:
            return redirect("catalog:machine", slug=kept.slug)
    return _form_page(request, "hardware", form, row, "Add hardware")


@read_or_post
@needs(Role.EDITOR, "delete hardware")
def hardware_delete(request: TeamRequest, team: str, slug: str) -> HttpResponse:
    """Ask, then delete a machine of the team."""
    row = _own(request, _machine(request, slug))
    if request.method == "POST":
        services.delete_hardware(by=request.membership, machine=row)
        messages.success(request, f"{row.name} is deleted.")
        return redirect("catalog:hardware")
    back = f"/catalog/hardware/{slug}/"
    page = delete_page(request.membership, "hardware", row.name, back)
    return render_page(request, "catalog/delete.html", page)


def _kept(form: Any, save: Callable[..., Any], request: TeamRequest, **row: Any) -> Any:
    """Return the row that was saved; None where its name is taken by now."""
    try:
        kept = save(by=request.membership, **row)
    except services.NameTaken as refusal:
        form.add_error("name", refusal)
        return None
    messages.success(request, f"{kept.name} is saved.")
    return kept


def _card(request: TeamRequest, slug: str) -> ModelCard:
    found = selectors.cards_of(request.team).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _machine(request: TeamRequest, slug: str) -> HardwareProfile:
    found = selectors.hardware_of(request.team).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _own(request: TeamRequest, row: Any) -> Any:
    """Return a row of the team; a shared one is nobody's to delete."""
    if row.team_id != request.team.pk:
        raise Http404
    return row


def _taken(request: TeamRequest, model: Any, row: Any) -> set[str]:
    """Return the slugs that a new name must not have."""
    if row is not None:
        return set()
    own = model.objects.filter(team=request.team)
    return set(own.values_list("slug", flat=True))


def _start(initial: Any, row: Any) -> dict[str, Any]:
    today = {"as_of": timezone.localdate()}
    return today if row is None else {**initial(row), **today}


def _form_page(
    request: TeamRequest, room: str, form: Any, row: Any, title: str
) -> HttpResponse:
    shared = row is not None and row.team_id is None
    page = own_form_page(
        request.membership,
        room,
        form,
        title=title if row is None else f"Change {row.name}",
        shared=shared,
    )
    status = 422 if form.errors else 200
    return render_page(request, "catalog/form.html", page, status=status)
