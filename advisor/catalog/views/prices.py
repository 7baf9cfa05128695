"""How does a team write prices of its own?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.catalog import selectors, services
from advisor.catalog.forms import PriceForm
from advisor.catalog.models import Price
from advisor.catalog.pages.options import card_choices
from advisor.catalog.pages.own import delete_page, own_form_page, price_initial
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@needs(Role.EDITOR, "add prices")
def price_edit(request: TeamRequest, team: str, price: int = 0) -> HttpResponse:
    """Add a price; one at the same vendor takes the place of the one before."""
    known = _own(request, price) if price else None
    start = price_initial(known) if known else {"model": request.GET.get("model", "")}
    form = PriceForm(
        request.POST or None,
        models=card_choices(request.team),
        initial={**start, "as_of": timezone.localdate()},
    )
    if form.is_valid():
        card = selectors.card_by_name(request.team, form.cleaned_data["model"])
        if card is None:
            raise Http404
        values = form.cleaned_data
        services.save_price(by=request.membership, card=card, values=values, over=known)
        messages.success(request, f"The price of {card.name} is saved.")
        return redirect("catalog:prices")
    title = "Change a price" if known else "Add a price"
    page = own_form_page(request.membership, "prices", form, title=title, shared=False)
    status = 422 if form.errors else 200
    return render_page(request, "catalog/form.html", page, status=status)


@read_or_post
@needs(Role.EDITOR, "delete prices")
def price_delete(request: TeamRequest, team: str, price: int) -> HttpResponse:
    """Ask, then let a price of the team hold no longer."""
    known = _own(request, price)
    name = known.card.name if known.card else known.slug
    if request.method == "POST":
        services.delete_price(by=request.membership, price=known)
        messages.success(request, f"The price of {name} is deleted.")
        return redirect("catalog:prices")
    named = f"the price of {name} at {known.vendor}"
    page = delete_page(request.membership, "prices", named, "/catalog/prices/")
    return render_page(request, "catalog/delete.html", page)


def _own(request: TeamRequest, pk: int) -> Price:
    own = selectors.current_prices(request.team).filter(team=request.team, pk=pk)
    found = own.first()
    if found is None:
        raise Http404
    return found
