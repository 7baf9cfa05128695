"""How does a view show its page? With one value called `page`, and nothing else.

A template of this house reads `page` (a frozen dataclass of `advisor/<app>/pages.py`)
and what the context processors add: `chrome` (top bar, theme), `user`, `messages`,
`csrf_token` and the CSP nonce.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_page(
    request: HttpRequest, template: str, page: object, *, status: int = 200
) -> HttpResponse:
    """Render ``template`` with ``page``; a form that did not validate uses 422."""
    return render(request, template, {"page": page}, status=status)
