"""What does the catalog show? To everybody who is signed in, by the team open last."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from advisor.accounts.access import SignedInRequest
from advisor.accounts.models import Membership
from advisor.accounts.selectors import last_team_of, membership_of
from advisor.accounts.services import is_shut_out
from advisor.catalog import selectors
from advisor.catalog.forms import FitForm
from advisor.catalog.pages.changes import changes_page
from advisor.catalog.pages.hardware import hardware_page
from advisor.catalog.pages.machine import machine_page
from advisor.catalog.pages.model import model_page
from advisor.catalog.pages.models import models_page
from advisor.catalog.pages.prices import prices_page
from advisor.web.rendering import render_page


@login_required
@require_safe
def catalog(request: SignedInRequest) -> HttpResponse:
    """Lead to the models."""
    return redirect("catalog:models")


@login_required
@require_safe
def models(request: SignedInRequest) -> HttpResponse:
    """Show the models."""
    today = timezone.localdate()
    page = models_page(reader_of(request), request.GET.dict(), today)
    return render_page(request, "catalog/models.html", page)


@login_required
@require_safe
def model(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show one model: its facts, its prices, where it fits."""
    reader = reader_of(request)
    card = selectors.cards_of(reader.team if reader else None).filter(slug=slug).first()
    if card is None:
        raise Http404
    form = FitForm.of(request.GET.dict())
    page = model_page(reader, card, form, timezone.localdate())
    status = 422 if form.errors else 200
    return render_page(request, "catalog/model.html", page, status=status)


@login_required
@require_safe
def hardware(request: SignedInRequest) -> HttpResponse:
    """Show the machines."""
    today = timezone.localdate()
    page = hardware_page(reader_of(request), request.GET.dict(), today)
    return render_page(request, "catalog/hardware.html", page)


@login_required
@require_safe
def machine(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show one machine: its facts, its offers, the models that fit."""
    reader = reader_of(request)
    team = reader.team if reader else None
    found = selectors.hardware_of(team).filter(slug=slug).first()
    if found is None:
        raise Http404
    page = machine_page(reader, found, timezone.localdate())
    return render_page(request, "catalog/machine.html", page)


@login_required
@require_safe
def prices(request: SignedInRequest) -> HttpResponse:
    """Show the prices."""
    today = timezone.localdate()
    page = prices_page(reader_of(request), request.GET.dict(), today)
    return render_page(request, "catalog/prices.html", page)


@login_required
@require_safe
def changes(request: SignedInRequest) -> HttpResponse:
    """Show what changed, and when."""
    page = changes_page(reader_of(request), request.GET.dict())
    return render_page(request, "catalog/changes.html", page)


def reader_of(request: SignedInRequest) -> Membership | None:
    """Return the reader's membership in the team open last, None without a team.

    A team that asks for two-step sign-in shows nothing to who has not turned it on.
    """
    team = last_team_of(request.user, request.session.get("team"))
    own = membership_of(request.user, team.slug) if team else None
    return None if own is None or is_shut_out(own) else own
