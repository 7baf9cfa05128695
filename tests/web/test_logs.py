"""One event is one line: no sample, no forged line, no colour gets into the log."""

import json
import subprocess
import sys

import pytest

from advisor.web.logs import clean_value

# In a process of its own: configuring logging closes every handler that is open here.
LOG = """
import json, logging.config, sys, structlog
from advisor.web.logs import configure_structlog, logging_settings
configure_structlog()
settings = logging_settings(as_json=True)
settings["root"]["level"] = "INFO"
logging.config.dictConfig(settings)
values = json.loads(sys.argv[1])
structlog.get_logger("advisor.test").info("something happened", **values)
"""


def logged(**values: str) -> str:
    """Log one event with JSON settings; return what reached standard error."""
    command = [sys.executable, "-c", LOG, json.dumps(values)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr


def test_a_line_break_in_a_value_stays_one_line() -> None:
    line = logged(name="a\r\n2026 ERROR forged\x1b[31m\u2028end")

    assert line.count("\n") == 1
    assert json.loads(line)["name"] == "a\\x0d\\x0a2026 ERROR forged\\x1b[31m\\x2028end"


def test_a_long_value_is_cut() -> None:
    event = json.loads(logged(name="x" * 5000))

    assert event["name"] == "x" * 200 + "…"
    assert event["event"] == "something happened"
    assert event["level"] == "info"


@pytest.mark.parametrize(
    ("value", "clean"), [("plain", "plain"), (7, 7), (None, None), ("a\tb", "a\\x09b")]
)
def test_values_are_cleaned(value: object, clean: object) -> None:
    assert clean_value(value) == clean
