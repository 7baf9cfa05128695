"""Known values: JSONTestSuite (Seriot 2016) and the JSON-Schema-Test-Suite 2020-12."""

import pytest

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import scorer

PARSING = [
    ('{"a":[]}', 1.0),  # y_object_empty-ish: any value is a text
    ("null", 1.0),  # y_structure_lonely_null
    ("[1,null,null,null,2]", 1.0),  # y_array_with_several_null
    ('["",]', 0.0),  # n_array_extra_comma
    ("[NaN]", 0.0),  # n_number_NaN
    ("[Infinity]", 0.0),  # n_number_infinity
    ("[+1]", 0.0),  # n_number_+1
    ("{'a':0}", 0.0),  # n_object_single_quote
    ("[][]", 0.0),  # n_structure_double_array
    ("", 0.0),  # n_structure_no_data
]
MINIMUM = {"minimum": 1.1}
REQUIRED = {"properties": {"foo": {}, "bar": {}}, "required": ["foo"]}
SCHEMAS = [
    (MINIMUM, "2.6", 1.0),
    (MINIMUM, "1.1", 1.0),
    (MINIMUM, "0.6", 0.0),
    (MINIMUM, '"x"', 1.0),
    (REQUIRED, '{"foo": 1}', 1.0),
    (REQUIRED, '{"bar": 1}', 0.0),
    (REQUIRED, '""', 1.0),
    ({"enum": [6, "foo", [], True]}, "[]", 1.0),
    ({"enum": [6, "foo", [], True]}, "null", 0.0),
]


@pytest.mark.parametrize(("answer", "value"), PARSING)
def test_it_accepts_and_refuses_as_the_parser_suite_does(answer, value):
    assert scorer("json_valid").score(answer, None).value == value


@pytest.mark.parametrize(("schema", "answer", "value"), SCHEMAS)
def test_it_validates_as_the_schema_suite_does(schema, answer, value):
    built = scorer({"name": "json_valid", "schema": schema})

    assert built.score(answer, None).value == value


def test_an_invalid_answer_names_the_place():
    schema = {"properties": {"a": {"items": {"type": "integer"}}}}
    built = scorer({"name": "json_valid", "schema": schema})

    detail = built.score('{"a": [1, "x"]}', None).detail

    assert detail == "a/1: 'x' is not of type 'integer'"


def test_prose_around_the_json_is_refused_unless_allowed():
    answer = 'Here you are:\n```json\n{"a": 1}\n```'

    assert scorer("json_valid").score(answer, None).value == 0.0
    relaxed = scorer({"name": "json_valid", "surrounded": True})
    assert relaxed.score(answer, None).value == 1.0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100_000, "nested deeper than 64"),
        ("[" * 80 + "]" * 80, "nested deeper than 64"),
        ("9" * 5_000, "400 digits"),
        ("[" + " " * 200_000 + "]", "longer than 200,000"),
    ],
)
def test_hostile_json_scores_0_with_the_reason(answer, reason):
    found = scorer("json_valid").score(answer, None)

    assert found.value == 0.0
    assert reason in (found.detail or "")


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ({"type": "strng"}, "not a JSON Schema"),
        ({"$ref": "https://example.org/s.json"}, "leads out"),
        ({"properties": {"a": {"pattern": "(a+)+"}}}, "repeat"),
    ],
)
def test_an_unusable_schema_is_refused(schema, wrong):
    with pytest.raises(ScorerInvalid, match=wrong):
        scorer({"name": "json_valid", "schema": schema})


def test_a_schema_may_refer_to_itself():
    schema = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    built = scorer({"name": "json_valid", "schema": schema})

    assert built.score("[1, 2]", None).value == 1.0
    assert built.score('["x"]', None).value == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        '{"a": [1, 2], "b": ',
        '{"a": [1, 2], "b": "see [3',
        'Here: {"a": {"b": 1}',
        '{"a": [1], "a": 2}',
        '{"a": NaN, "b": [1]}',
        "[" * 80 + "]" * 80,
    ],
)
def test_a_piece_of_what_is_cut_off_or_refused_is_no_json(answer):
    relaxed = scorer({"name": "json_valid", "surrounded": True})

    assert relaxed.score(answer, None).value == 0.0


@pytest.mark.parametrize("answer", ['{{"a": 1}}', 'A {name}: {"a": 1}.', "As [x]: [1]"])
def test_brackets_that_are_no_json_do_not_hide_it(answer):
    relaxed = scorer({"name": "json_valid", "surrounded": True})

    assert relaxed.score(answer, None).value == 1.0


@pytest.mark.parametrize("number", ["1" + "0" * 320, "1e999"])
def test_a_number_too_large_to_divide_scores_0(number):
    schema = {"properties": {"a": {"multipleOf": 0.01}}}

    found = scorer({"name": "json_valid", "schema": schema}).score(
        f'{{"a": {number}}}', None
    )

    assert (found.value, found.detail) == (0.0, "a number is too large for the schema")


def test_a_pattern_of_a_schema_that_takes_too_long_is_ended():
    built = scorer({"name": "json_valid", "schema": {"pattern": r"^(a|aa|a.)+\d$"}})

    found = built.score('"' + "a" * 5_000 + '"', None)

    assert (found.value, "took longer" in (found.detail or "")) == (0.0, True)


def test_a_reference_that_leads_nowhere_is_refused():
    with pytest.raises(ScorerInvalid, match="leads nowhere"):
        scorer({"name": "json_valid", "schema": {"items": {"$ref": "#/$defs/n"}}})

    named = {"$id": "urn:x", "$anchor": "top", "items": {"$ref": "#top"}}
    assert (
        scorer({"name": "json_valid", "schema": named}).score("[[]]", None).value == 1
    )
