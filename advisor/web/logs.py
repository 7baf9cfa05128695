"""What does a line of the log look like, and what may never be in it?

One event is one line: JSON for machines, plain words for a terminal. Values are capped
and control characters escaped, so that neither a sample nor a forged line gets in.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

MAX_VALUE_CHARS = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Where an exception is printed, line breaks are ours and wanted.
MULTILINE_KEYS = frozenset({"exception", "exc_info", "stack"})
TEXT_KEYS = frozenset({"event", "logger", "level", "timestamp"})


def clean_value(value: object, *, cap: int = MAX_VALUE_CHARS) -> object:
    """Escape control characters in a text and cut it after `cap` characters.

    Other values pass unchanged.
    """
    if not isinstance(value, str):
        return value
    text = CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", value)
    return text if len(text) <= cap else f"{text[:cap]}…"


def clean_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Clean every value of an event; the message itself may have 2,000 characters."""
    return {
        key: value
        if key in MULTILINE_KEYS or key.startswith("_")
        else clean_value(value, cap=2000 if key in TEXT_KEYS else MAX_VALUE_CHARS)
        for key, value in event.items()
    }


SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_structlog() -> None:
    """Send structlog's events through the standard library's handlers."""
    structlog.configure(
        processors=[
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings(*, as_json: bool) -> dict[str, Any]:
    """Build Django's LOGGING: everything to standard error, one line an event."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    clean_event,
                    last,
                ],
            }
        },
        "filters": {"outage": {"()": "advisor.web.outage.OutageFilter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["outage"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "advisor": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},
        },
    }
