"""Rows become samples: ids, tags, casts, and what is wrong with a row."""

import json

import pytest

from advisor.projects.parsing import (
    ColumnMapping,
    guess_mapping,
    parse_table,
    samples_from,
)


def table_of(*items):
    lines = "\n".join(json.dumps(item) for item in items)
    return parse_table(lines.encode(), "a.jsonl")


def problems_of(*items, mapping=None):
    return samples_from(table_of(*items), mapping)[1]


def test_a_line_becomes_a_sample():
    samples, problems = samples_from(
        table_of(
            {
                "id": "t1",
                "input": "hi",
                "expected": {"a": 1},
                "group": "g",
                "tags": ["b", "a"],
            }
        )
    )

    assert problems == ()
    assert samples[0].id == "t1"
    assert samples[0].expected == {"a": 1}
    assert (samples[0].group, samples[0].tags, samples[0].row) == ("g", ("a", "b"), 1)


def test_without_ids_a_sample_is_called_after_its_place():
    samples, _ = samples_from(parse_table(b"text,category\nhi,greet\n", "a.csv"))

    assert [(s.id, s.input, s.expected) for s in samples] == [("row-2", "hi", "greet")]


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (["text", "category"], ColumnMapping(input="text", expected="category")),
        (["Prompt", "Answer"], ColumnMapping(input="Prompt", expected="Answer")),
        (["foo", "bar"], ColumnMapping(input="foo", expected="bar")),
        (["foo"], ColumnMapping(input="foo")),
        (["a", "b", "c"], ColumnMapping()),
        (["id", "question"], ColumnMapping(id="id", input="question")),
    ],
)
def test_columns_are_guessed_by_name(columns, mapping):
    assert guess_mapping(columns) == mapping


def test_an_input_column_must_be_chosen():
    table = parse_table(b"a,b,c\n1,2,3\n", "a.csv")

    samples, problems = samples_from(table)

    assert samples == []
    assert "Choose the column that holds the input: a, b, c." in problems[0].message


def test_an_unknown_column_names_the_nearest():
    (problem,) = problems_of({"input": "a", "answer": "b"}, mapping={"input": "inptu"})

    assert "Did you mean “input”?" in problem.message


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"x": 1}, 'Line 2, column "input": Line 2 has no “input”.'),
        ({"input": None}, "Line 2 has no “input”."),
        ({"input": "\u200b\u202e "}, "It looks empty"),
        ({"input": {"text": "a"}}, "Give text, or choose another column"),
        ({"input": "b", "id": "x" * 121}, "121 characters; 120 is the limit"),
        ({"input": "b", "id": ""}, "Line 2 has no id."),
        ({"input": "b", "id": "one"}, "The id “one” stands in line 1 already."),
        ({"input": "b", "id": "two", "tags": [{}]}, "Tags are a list of texts."),
    ],
)
def test_a_bad_row_is_named(item, told):
    problems = problems_of({"id": "one", "input": "a"}, item)

    assert any(told in problem.message for problem in problems), [
        p.message for p in problems
    ]


def test_all_problems_come_at_once():
    problems = problems_of({"input": "a"}, {"x": 1}, {"input": []}, {"input": " "})

    assert [problem.row for problem in problems] == [2, 3, 4]


def test_text_that_is_no_text_is_cast_and_told():
    samples, problems = samples_from(table_of({"input": True}, {"input": 7}))

    assert [sample.input for sample in samples] == ["true", "7"]
    assert [problem.code for problem in problems] == ["cast_to_text"]
    assert problems[0].severity == "warning"


def test_tags_in_a_cell_are_separated_by_common_signs():
    table = parse_table(b"input;tags\na;vip|de\nb; \n", "a.csv")

    samples, _ = samples_from(table)

    assert [sample.tags for sample in samples] == [("de", "vip"), ()]


def test_a_blank_expected_answer_is_none():
    samples, problems = samples_from(parse_table(b"input,expected\na, \n", "a.csv"))

    assert samples[0].expected is None
    assert problems == ()


def test_roles_that_a_mapping_leaves_out_are_guessed_by_name_only():
    table = table_of({"id": "7", "note": "x", "q": "hi", "label": "greet"})

    samples, _ = samples_from(table, {"input": "q"})
    without, _ = samples_from(table, {"input": "q", "expected": None, "id": ""})

    assert [(s.id, s.input, s.expected) for s in samples] == [("7", "hi", "greet")]
    assert [(s.id, s.input, s.expected) for s in without] == [("line-1", "hi", None)]


def test_an_id_that_is_too_long_is_told_once_and_not_as_one_that_lacks():
    samples, problems = samples_from(table_of({"id": "x" * 130, "input": "hi"}))
    assert samples == []
    assert [one.code for one in problems] == ["long_id"]


def test_tags_that_are_an_object_are_told():
    (problem,) = problems_of({"input": "hi", "tags": {"vip": True}})
    assert (problem.code, problem.remedy) == (
        "tags_no_list",
        'Write ["vip"], or vip;de.',
    )
