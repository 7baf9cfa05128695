"""Which texts did the author of a sample accept?

An expected value comes from a CSV cell (text), from JSON (text, number, true/false)
or is a list of such values of which any one counts. Objects are for the JSON scorers.
"""

NO_ANSWER = "There is no expected answer. Fill it in, or use json_valid."
NOT_TEXT = "Expected a text, a number, true/false or a list of these, got {kind}."


def as_text(value: object) -> str | None:
    """Return a plain value as text (true/false in JSON spelling), None for others."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return None


def accepted_texts(expected: object) -> tuple[str, ...]:
    """Return every accepted text; empty when there is none that can be read."""
    values = expected if isinstance(expected, list | tuple) else [expected]
    texts = [as_text(value) for value in values]
    return tuple(text for text in texts if text is not None and text.strip())


def text_problem(expected: object) -> str | None:
    """Return why ``expected`` holds no accepted text, None when it does."""
    if expected is None or (isinstance(expected, str) and not expected.strip()):
        return NO_ANSWER
    values = expected if isinstance(expected, list | tuple) else [expected]
    for value in values:
        if as_text(value) is None:
            return NOT_TEXT.format(kind=kind_of(value))
    return None if accepted_texts(expected) else NO_ANSWER


def kind_of(value: object) -> str:
    """Return the JSON word for the kind of ``value``."""
    if value is None:
        return "nothing"
    names = {dict: "an object", list: "a list", bool: "true/false", str: "a text"}
    return names.get(type(value), "a number")
