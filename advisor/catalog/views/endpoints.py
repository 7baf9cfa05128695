"""How do a team's owners and admins look after its endpoints?"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.catalog import selectors, services
from advisor.catalog.endpoint_keys import is_elsewhere
from advisor.catalog.forms import EndpointForm
from advisor.catalog.models import Endpoint
from advisor.catalog.pages import endpoints as pages
from advisor.catalog.pages.options import card_choices
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
CLEARED = "The address is on another server now, so the stored key was deleted. Enter"


@require_safe
def endpoints(request: TeamRequest, team: str) -> HttpResponse:
    """Show the endpoints of the team to its members."""
    page = pages.endpoints_page(request.membership)
    return render_page(request, "catalog/endpoints.html", page)


@read_or_post
@needs(Role.ADMIN, "add endpoints")
def endpoint_new(request: TeamRequest, team: str) -> HttpResponse:
    """Add an endpoint, and test it unless it is not to be."""
    form = _form(request)
    if form.is_valid():
        try:
            return _keep(request, form, None)
        except services.NameTaken as refusal:
            form.add_error("name", refusal)
    return _form_page(request, form)


@read_or_post
@needs(Role.ADMIN, "change endpoints")
def endpoint_edit(request: TeamRequest, team: str, endpoint: int) -> HttpResponse:
    """Change an endpoint; an empty key field keeps the key."""
    known = _endpoint(request, endpoint)
    form = _form(request, known)
    if not form.is_valid():
        return _form_page(request, form, known)
    try:
        return _keep(request, form, known)
    except services.EndpointInUse as refusal:
        form.add_error("base_url", str(refusal))
    except services.NameTaken as refusal:
        form.add_error("name", refusal)
    return _form_page(request, form, known)


@require_POST
@needs(Role.ADMIN, "delete endpoints")
def endpoint_delete(request: TeamRequest, team: str, endpoint: int) -> HttpResponse:
    """Delete an endpoint with its key, unless a run needs it."""
    known = _endpoint(request, endpoint)
    try:
        services.delete_endpoint(by=request.membership, endpoint=known)
    except services.EndpointInUse as refusal:
        page = pages.endpoint_form_page(
            request.membership, _unbound(request, known), known, str(refusal)
        )
        return render_page(request, "catalog/endpoint.html", page, status=409)
    messages.success(request, f"{known.name} and its key are deleted.")
    return redirect("catalog:endpoints", team=team)


@require_POST
@needs(Role.ADMIN, "test endpoints")
def endpoint_test(request: TeamRequest, team: str, endpoint: int) -> HttpResponse:
    """Ask for a test; a worker makes it."""
    known = _endpoint(request, endpoint)
    _ask(request, known)
    if request.headers.get("HX-Request"):
        return _check(request, known)
    return redirect("catalog:endpoints", team=team)


@require_safe
def endpoint_check(request: TeamRequest, team: str, endpoint: int) -> HttpResponse:
    """Show how the last test of an endpoint stands."""
    return _check(request, _endpoint(request, endpoint))


def _check(request: TeamRequest, known: Endpoint) -> HttpResponse:
    check = selectors.latest_checks([known.pk]).get(known.pk)
    poll = f"{pages.base_of(request.membership)}{known.pk}/check/"
    page = pages.check_view(check, poll)
    # 286 tells htmx to stop asking.
    status = 200 if page.poll else 286
    return render_page(request, "catalog/_check.html", page, status=status)


def _keep(
    request: TeamRequest, form: EndpointForm, known: Endpoint | None
) -> HttpResponse:
    """Store what the form says; say so where the key went with the old address."""
    values = dict(form.cleaned_data)
    named = values["card"]
    values["card"] = selectors.card_by_name(request.team, named) if named else None
    lost = (
        known is not None
        and bool(known.key_sealed)
        and not values["key"]
        and is_elsewhere(known, values["base_url"])
    )
    kept = services.keep_endpoint(by=request.membership, values=values, endpoint=known)
    if lost:
        messages.warning(request, f"{CLEARED} the key of {kept.name} again.")
    else:
        messages.success(request, f"{kept.name} is saved.")
    if values["test"] and not lost:
        _ask(request, kept)
    return redirect("catalog:endpoints", team=request.team.slug)


def _ask(request: TeamRequest, known: Endpoint) -> None:
    try:
        services.ask_for_check(endpoint=known, by=request.membership)
    except services.TooManyTests as refusal:
        messages.error(request, str(refusal))


def _form(request: TeamRequest, known: Endpoint | None = None) -> EndpointForm:
    form = _unbound(request, known, request.POST or None)
    others = Endpoint.objects.filter(team=request.team)
    if known is not None:
        others = others.exclude(pk=known.pk)
    form.taken = set(others.values_list("slug", flat=True))
    return form


def _unbound(
    request: TeamRequest, known: Endpoint | None, data: Any = None
) -> EndpointForm:
    start = pages.endpoint_initial(known) if known else {}
    form = EndpointForm(data, cards=card_choices(request.team), initial=start)
    own = pages.own_host(known) if known else ()
    form.allowed = (*settings.ALLOWED_PRIVATE_ENDPOINTS, *own)
    return form


def _form_page(
    request: TeamRequest, form: EndpointForm, known: Endpoint | None = None
) -> HttpResponse:
    page = pages.endpoint_form_page(request.membership, form, known)
    status = 422 if form.errors else 200
    return render_page(request, "catalog/endpoint.html", page, status=status)


def _endpoint(request: TeamRequest, pk: int) -> Endpoint:
    found = selectors.endpoints_of(request.team).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
