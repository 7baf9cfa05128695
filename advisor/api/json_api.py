"""How does the JSON API read requests and write answers? Strictly, and uncached."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import ValidationError as RequestInvalid
from ninja.errors import ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from pydantic import BaseModel

from advisor.api.problems import MEDIA_TYPE, answer_to, problem
from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.projects.schema.problems import problems_from
from advisor.projects.schema.publish import json_schema

View = Callable[..., HttpResponse]
FIRST_ERROR = 400
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
READ_ONLY = ("openapi-json",)  # the library's own view takes any method


class StrictParser(Parser):
    """Read JSON bodies as sample files are read: no key twice, no NaN, not deep."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the value of the body; the caller turns what is raised into a 400."""
        value = read_json(request.body.decode("utf-8-sig"))
        if not _is_text(json.dumps(value, ensure_ascii=False)):
            raise JsonWrong("A text holds U+0000 or half a character. Leave it out.")
        return cast(dict[str, Any], value)


class JsonApi(NinjaAPI):
    """The API with this house's errors, parser and headers."""

    def set_default_exception_handlers(self) -> None:
        """Answer every exception with problem details."""
        self.add_exception_handler(Exception, answer_to)

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> RequestInvalid:
        """Return all errors of a request in the words of this product."""
        problems: list[dict[str, Any]] = []
        for context in error_contexts:
            fields = context.model.model_fields
            models: dict[str, type[BaseModel]] = {"": context.model}
            models |= {name: _model_of(one.annotation) for name, one in fields.items()}
            in_body = context.model.__ninja_param_source__ == "body"
            errors = context.pydantic_validation_error.errors(include_url=False)
            for found in problems_from(errors, models):
                told = asdict(found)
                if in_body:
                    told["path"] = found.path.partition(".")[2] or "body"
                problems.append(told)
        return RequestInvalid(problems)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the view: unique, and short enough for a client."""
        return operation.view_func.__name__

    def get_openapi_schema(
        self,
        *,
        path_prefix: str | None = None,
        path_params: dict[str, Any] | None = None,
    ) -> OpenAPISchema:
        """Return the OpenAPI 3.1 document; errors have their own media type."""
        schema = super().get_openapi_schema(
            path_prefix=path_prefix, path_params=path_params
        )
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= FIRST_ERROR and "content" in answer:
                        answer["content"] = {
                            MEDIA_TYPE: next(iter(answer["content"].values()))
                        }
        schema["components"]["schemas"]["Setup"] = setup_schema()
        return schema

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns: list[URLResolver | URLPattern] = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                view = pattern.callback
                if pattern.name in READ_ONLY:
                    view = require_safe(view)
                pattern.callback = polite(view)
        return patterns


def setup_schema() -> dict[str, Any]:
    """Return the published schema of a setup, with references for this document."""
    text = json.dumps(json_schema())
    own = '"#/components/schemas/Setup/$defs/'
    schema: dict[str, Any] = json.loads(text.replace('"#/$defs/', own))
    return {key: part for key, part in schema.items() if key not in ("$id", "$schema")}


def _is_text(text: str) -> bool:
    """Whether a database can store it: no NUL, no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return not NUL.search(text)


def _model_of(annotation: Any) -> type[BaseModel]:
    """Return the model in ``X`` or ``X | None``; a plain value has no keys."""
    for one in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return BaseModel


def polite(view: View) -> View:
    """Return a view whose answers nobody caches, and whose errors are all JSON."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = answer_to(request, error)
        if response.status_code == 405:
            allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
            response = problem(request, 405, f"It takes {allowed}.")
            response.headers["Allow"] = allowed
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    # There is no cookie to forge a request with: the header carries the token.
    answering.csrf_exempt = True  # type: ignore[attr-defined]
    return answering
