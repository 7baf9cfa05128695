"""What does a failed call mean: our setting, this sample, or a passing fault?"""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import httpcore2

from advisor.engines.base import Failure
from advisor.engines.retrying import retry_after_s
from advisor.engines.safe_http import CallError, Reply
from advisor.engines.stamped_streams import ClosedHandshakeError
from advisor.engines.text import StrictJsonError, clean, read_json

TRANSPORT_ERRORS = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    TimeoutError,
    OSError,
)
_SHOWN = 300
# As OpenAI, vLLM, llama.cpp, TGI, Gemini, Bedrock and others say it.
_TOO_LONG = re.compile(
    r"context[_ ](length|size)|maximum context|context window|too many tokens"
    r"|(prompt|input) is too long|maximum (model|input) length"
    r"|request too large|max_new_tokens` must be <="
    r"|token count.{0,40} exceeds the maximum",
    re.IGNORECASE,
)
_NO_ROOM = re.compile("output limit was reached", re.IGNORECASE)
_FILTERED = re.compile(
    r"content[_ ](filter|policy|management)|responsible_ai|safety system"
    r"|invalid_prompt|(prompt|input) (was|is|has been) flagged|data_inspection_failed",
    re.IGNORECASE,
)
# Besides 5xx: TGI answers 424 and Groq 498 for want of room, a proxy 499 when cut off.
_PASSING = (408, 409, 424, 425, 498, 499)
_SETTINGS = {
    401: ("unauthorised", "The endpoint refuses the key. Enter a valid key."),
    402: ("payment", "The endpoint asks for payment. Check the account."),
    403: ("forbidden", "The key may not use this model. Check its rights."),
    404: ("not_found", "No such path or model here. Check base URL and model name."),
    405: ("not_found", "No completions at this path. Check the base URL."),
}


async def of_reply(reply: Reply) -> Failure:
    """Turn a reply that is no success into a failure.

    Its status counts, even where its body breaks off, hangs or cannot be read.
    """
    told = b""
    with suppress(CallError, *TRANSPORT_ERRORS):
        async with asyncio.timeout(reply.limits.gap_s):
            told = await reply.read()
    if reply.coding is not None:
        told = b""
    return of_status(reply.status, reply.headers, told, datetime.now(UTC))


def of_status(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> Failure:
    """Turn an HTTP status that is no success into a failure."""
    told = _told(body)
    if 300 <= status < 400:
        where = clean(headers.get("location", ""))[:200]
        return _setting(
            "endpoint_redirect",
            f"The endpoint answers with a redirect to {where}; enter that address.",
        )
    filtered = 400 <= status < 500 and _FILTERED.search(told)
    if status in _SETTINGS and not (status == 403 and filtered):
        code, message = _SETTINGS[status]
        return _setting(code, f"{message} (HTTP {status}: {told})")
    if status == 429 and "insufficient_quota" in told:
        return _setting("payment", f"The account's quota is used up. ({told})")
    if _is_too_long(status, told):
        message = f"The prompt is too long for the endpoint. (HTTP {status}: {told})"
        return Failure(code="context_too_long", kind="input", message=message)
    if status == 400 and _NO_ROOM.search(told):
        message = f"The output limit was reached before an answer began. ({told})"
        return Failure(code="output_limit", kind="model", message=message)
    if filtered:
        message = f"The provider's content filter refused the prompt. ({told})"
        return Failure(code="content_filter", kind="model", message=message)
    wait = retry_after_s(headers, now)
    if status == 429 or (status == 503 and wait is not None):
        return Failure(
            code="rate_limited" if status == 429 else "overloaded",
            kind="transport",
            message=f"The endpoint asks to slow down. (HTTP {status}: {told})",
            retry_after_s=wait,
        )
    if status >= 500 or status in _PASSING:
        message = f"The endpoint failed. (HTTP {status}: {told})"
        return Failure(code=f"http_{status}", kind="transport", message=message)
    return _setting(
        "bad_request", f"The endpoint refuses the request. (HTTP {status}: {told})"
    )


def of_error(error: object, *, begun: bool) -> Failure:
    """Return what an error inside a 200 means, by its status where it has one.

    Once the model has begun to write, the server has worked: that is no refusal.
    """
    told, code = error, ""
    if isinstance(error, dict):
        told, code = error.get("message", error), str(error.get("code"))
    if re.fullmatch("4[0-9][0-9]", code) and not begun:
        body = json.dumps({"error": error}).encode()
        return of_status(int(code), {}, body, datetime.now(UTC))
    return broke_off(clean(str(told))[:_SHOWN])


def broke_off(told: str) -> Failure:
    """Return the failure of an answer that its server gave up itself."""
    message = f"The endpoint broke off: {told}"
    return Failure(code="server_error", kind="transport", message=message)


def of_exception(error: Exception, *, known: bool = False) -> Failure:
    """Turn an exception of httpx2's transport into a failure.

    A server that is ``known`` to have answered closes a handshake when it restarts.
    """
    told = clean(str(error))[:_SHOWN].rstrip(". ")
    restarts = known and isinstance(error, ClosedHandshakeError)
    failed = isinstance(error, httpcore2.ConnectError) and told.startswith("TLS")
    if failed and not restarts:
        return _setting("tls", f"No secure connection could be made. {told}")
    if isinstance(error, httpcore2.ConnectError | httpcore2.ConnectTimeout):
        return _lost("not_connected", f"The endpoint cannot be reached: {told}.")
    if isinstance(error, httpcore2.ReadTimeout | TimeoutError):
        message = f"The endpoint did not answer in time{f' ({told})' if told else ''}."
        return Failure(code="timeout", kind="model", message=message)
    broken = isinstance(error, httpcore2.ProtocolError)
    if broken and not re.search("disconnected|peer closed|incomplete", told):
        return Failure(
            code="bad_response:protocol",
            kind="model",
            message=f"The endpoint does not speak HTTP/1.1: {told}.",
        )
    return _lost("connection_lost", f"The connection broke off: {told}.")


def _is_too_long(status: int, told: str) -> bool:
    if status == 429:
        # Bedrock asks to wait by "Too many tokens": only what alone is more than a
        # minute may bring never passes.
        return "request too large" in told.lower()
    return status == 413 or (400 <= status < 500 and bool(_TOO_LONG.search(told)))


def _told(body: bytes) -> str:
    """Return what a server says about its refusal, short and on one line."""
    try:
        found = read_json(body)
    except StrictJsonError:
        found = None
    if isinstance(found, dict):
        error = found.get("error", found.get("detail", found.get("message", found)))
        if isinstance(error, dict):
            parts = (error.get("message"), error.get("code"), error.get("type"))
            error = " ".join(str(part) for part in parts if part) or error
        text = str(error)
    else:
        text = body[: 4 * _SHOWN].decode("utf-8", "replace")
        text = re.sub(r"<[^>]*>", " ", text)
    return " ".join(clean(text).split())[:_SHOWN] or "no reason given"


def _setting(code: str, message: str) -> Failure:
    return Failure(code=code, kind="configuration", message=message)


def _lost(code: str, message: str) -> Failure:
    return Failure(code=code, kind="transport", message=message)
