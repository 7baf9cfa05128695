"""How many tokens is a text, where no tokenizer can be asked?"""

from math import ceil

from advisor.sizing.measurement import Figure

CHARACTERS_PER_TOKEN = 4.0
SPREAD = 1.6
# First code point of the scripts (Chinese, Japanese, Korean, …) that tokenizers cut
# into about one token a character.
DENSE_FROM = 0x2E80


def tokens_in(text: str) -> Figure:
    """Return the estimated tokens of ``text``: a quarter of its characters.

    Characters of dense scripts count one each. The ratio of 4 is the rule of thumb
    of the OpenAI help centre for English ("What are tokens and how to count them");
    the ends divide and multiply by 1.6, what vocabularies and languages differ by.
    """
    dense = sum(ord(character) >= DENSE_FROM for character in text)
    value = ceil((len(text) - dense) / CHARACTERS_PER_TOKEN + dense)
    return Figure(
        value=value,
        low=value / SPREAD,
        high=value * SPREAD,
        n=len(text),
        origin="estimated",
        note=f"{CHARACTERS_PER_TOKEN:g} characters a token",
    )
