"""Does an endpoint work? One request for one token, and the answer as a sentence.

Sentences are ours alone: what a server writes into a refusal is not shown, since it
may hold anything, the key that was sent included.
"""

import json
from dataclasses import dataclass

from django.conf import settings

from advisor.catalog.endpoint_keys import host_port, open_key
from advisor.catalog.models import Endpoint
from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.engines.base import Answer, EngineError, EngineSpec, Failure, Prompt
from advisor.engines.fetching import Source, fetch
from advisor.engines.loading import open_engine
from advisor.engines.text import clean
from advisor.sizing import formats
from advisor.web.plain import visible
from advisor.web.secrets import UnsealError

# The dispatcher tests by itself where there is no queue, and must not be kept long.
SECONDS = 8.0
LIMITS = {"connect_s": 4.0, "first_byte_s": SECONDS, "body_bytes": 256 * 1024}
MODELS_SHOWN = 12
LONGEST_NAME = 100
# One token is little, and what a model makes of it is its own; the endpoint works.
WORKS = {"output_limit", "refusal", "content_filter", "tool_call"}
WITHOUT_ANSWER = {
    "not_connected",
    "connection_lost",
    "timeout",
    "tls",
    "bad_response:protocol",
}
SENTENCES = {
    "unauthorised": "The endpoint answered 401. Check the key.",
    "payment": "The endpoint asks for payment. Check the account behind the key.",
    "forbidden": "The endpoint answered 403. The key may not use this model.",
    "not_found": "The endpoint answered 404. Check the base URL and the model id.",
    "endpoint_redirect": "The endpoint answers with a redirect. Enter the address"
    " that it leads to.",
    "rate_limited": "The endpoint answered 429: it works, but asks to slow down.",
    "overloaded": "The endpoint answered 503: it is overloaded. Try again later.",
    "bad_request": "The endpoint refused the request. Check the model id.",
    "address_refused": "This address may not be called from here. Ask the operator to"
    " list it in ALLOWED_PRIVATE_ENDPOINTS.",
    "not_connected": "The endpoint could not be reached. Check the base URL.",
    "connection_lost": "The connection broke off before an answer came. Try again.",
    "timeout": f"No answer came within {SECONDS:.0f} s. Check that the model is"
    " loaded.",
    "tls": "No secure connection could be made. Check the server's certificate.",
    "key": "The key holds a space, a line break or a letter outside ASCII."
    " Enter the key alone.",
}
PRIVATE = (
    "The endpoint did not answer, or not in a form that is known. Check host, port and"
    " path with whoever runs it."
)
STRANGE = "The endpoint answered, but not as an OpenAI-compatible server does."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a test found; ``models`` are those that the server says it serves."""

    succeeded: bool
    sentence: str
    latency_ms: float | None = None
    models: tuple[str, ...] = ()


def try_endpoint(endpoint: Endpoint) -> Tried:
    """Ask an endpoint for one token within 8 s; a failure is a sentence, no error."""
    try:
        key = open_key(endpoint)
    except UnsealError:
        told = "The stored key cannot be read any more. Enter it again."
        return Tried(succeeded=False, sentence=told)
    answer = _ask(endpoint, key)
    if isinstance(answer, Failure):
        return _failed(endpoint, key, answer)
    latency = answer.timing.total_ms if answer.timing else None
    told = "It answered."
    if latency is not None:
        told = f"It answered in {formats.duration(latency)}."
    return Tried(succeeded=True, sentence=told, latency_ms=latency)


def allowed_private(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the private hosts that may be called for an endpoint."""
    own = (host_port(endpoint),) if endpoint.operator_allowed else ()
    return (*settings.ALLOWED_PRIVATE_ENDPOINTS, *own)


def _ask(endpoint: Endpoint, key: str) -> Answer | Failure:
    engine = open_engine(
        EngineSpec(
            engine="openai",
            model=endpoint.model,
            base_url=endpoint.base_url,
            api_key=key,
            allowed_private=allowed_private(endpoint),
            concurrency=1,
            options={"total_s": SECONDS, "limits": LIMITS},
        )
    )
    try:
        engine.open()
        answer = engine.measure(
            Prompt(id="test", text="Answer yes.", max_output_tokens=1)
        )
    except EngineError as error:
        return error.failure
    finally:
        engine.close()
    if answer.failure is None or answer.failure.code in WORKS:
        return answer
    return answer.failure


def _failed(endpoint: Endpoint, key: str, failure: Failure) -> Tried:
    sentence = SENTENCES.get(failure.code, STRANGE)
    if failure.code.startswith("http_"):
        status = failure.code.removeprefix("http_")
        sentence = f"The endpoint answered {status}: it failed. Try again later."
    if failure.code in WITHOUT_ANSWER and _is_private(endpoint):
        # One sentence for all, so that nobody maps a network by what it says.
        sentence = PRIVATE
    models: tuple[str, ...] = ()
    if failure.code in ("not_found", "bad_request"):
        models = _served(endpoint, key)
    return Tried(succeeded=False, sentence=sentence, models=models)


def _is_private(endpoint: Endpoint) -> bool:
    try:
        return read_target(endpoint.base_url, listed=allowed_private(endpoint)).listed
    except RefusedAddressError:
        return False


def _served(endpoint: Endpoint, key: str) -> tuple[str, ...]:
    """Return the models that the server lists, none where it does not."""
    source = Source(
        base_url=endpoint.base_url,
        key=key,
        listed=allowed_private(endpoint),
        total_s=SECONDS,
    )
    try:
        found = json.loads(fetch(source, "/models"))
        named = [str(one["id"]) for one in found["data"]]
    except (EngineError, ValueError, KeyError, TypeError, RecursionError):
        return ()
    # Whole, before they are cut: the beginning of a key tells of it as well.
    harmless = (name for name in named if name and not (key and key in name))
    names = (visible(clean(name)[:LONGEST_NAME]) for name in harmless)
    return tuple(sorted(dict.fromkeys(names)))[:MODELS_SHOWN]
