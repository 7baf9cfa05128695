from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.token_estimates import tokens_in


def test_it_takes_four_characters_for_a_token():
    figure = tokens_in("Please name the intent of this ticket.")
    assert (figure.value, figure.n) == (10, 38)
    assert (figure.origin, figure.note) == ("estimated", "4 characters a token")


def test_it_takes_a_character_of_a_dense_script_for_a_token():
    assert tokens_in("请退款").value == 3


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(text, more):
    figure = tokens_in(text)
    assert figure.low <= figure.value <= figure.high
    assert tokens_in(text + more).value >= figure.value
