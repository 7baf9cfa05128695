"""What happens to every request and response, whatever page it is for?"""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from redis.exceptions import RedisError

from advisor.web import outage

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestContextMiddleware:
    """Give each request an id that its log lines and its error page share."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the proxy's id when it is well formed, else make one."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class PlainAddressMiddleware:
    """Answer 404 where an address holds a NUL, which PostgreSQL refuses to look for.

    In the path or in the query, whatever the page would do with it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Look at the address before any page does."""
        told = [request.path, *request.GET.keys()]
        told += [text for texts in request.GET.lists() for text in texts[1]]
        # The API's own door refuses, in its own words.
        if any("\x00" in text for text in told) and not told[0].startswith("/api/"):
            raise Http404
        return None


class PrivateResponseMiddleware:
    """Keep what a signed-in person saw out of every cache, the browser's included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark answers to signed-in people `no-store, private`."""
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


class CacheDownMiddleware:
    """Answer 503 where a page cannot do without the cache, as sign-in cannot.

    Sign-in counts wrong passwords in the cache; without the count it stays shut. No
    other page may depend on the cache.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Turn an unreachable Redis into a page that says to try again."""
        if not isinstance(exception, RedisError):
            return None
        structlog.get_logger(__name__).warning("cache_down", error=str(exception))
        response = outage.unavailable(request)
        return response
