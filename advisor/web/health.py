"""Does this process live?"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without touching the database or Redis: a busy process still lives."""
    return HttpResponse("ok\n", content_type="text/plain")
