"""One event is one line: no sample, no forged line, no colour gets into the log."""

import json
import logging
import logging.config

import pytest
import structlog

from advisor.web.logs import clean_value, logging_settings


def logged(capsys: pytest.CaptureFixture[str], **values: str) -> str:
    """Log one event with JSON settings; return what reached standard error."""
    before = logging.getLogger().handlers[:]
    settings = logging_settings(as_json=True)
    settings["root"]["level"] = "INFO"
    try:
        logging.config.dictConfig(settings)
        structlog.get_logger("advisor.test").info("something happened", **values)
        return capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:] = before


def test_a_line_break_in_a_value_stays_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = logged(capsys, name="a\r\n2026 ERROR forged\x1b[31m\u2028end")

    assert line.count("\n") == 1
    assert json.loads(line)["name"] == "a\\x0d\\x0a2026 ERROR forged\\x1b[31m\\x2028end"


def test_a_long_value_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    event = json.loads(logged(capsys, name="x" * 5000))

    assert event["name"] == "x" * 200 + "…"
    assert event["event"] == "something happened"
    assert event["level"] == "info"


@pytest.mark.parametrize(
    ("value", "clean"), [("plain", "plain"), (7, 7), (None, None), ("a\tb", "a\\x09b")]
)
def test_values_are_cleaned(value: object, clean: object) -> None:
    assert clean_value(value) == clean
