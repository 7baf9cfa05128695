"""Where does an answer leave what was expected? Its stretches, marked."""

import re
from difflib import SequenceMatcher
from itertools import groupby

from advisor.web.parts import Piece

TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST = 2000  # characters of either text that are compared


def pieces_of(answer: str, expected: str) -> tuple[Piece, ...]:
    """Return the answer in pieces, those that the expected text lacks as wrong.

    Empty where there is nothing to compare, or too much.
    """
    if not answer or not expected or max(len(answer), len(expected)) > LONGEST:
        return ()
    said, wanted = TOKENS.findall(answer), TOKENS.findall(expected)
    blocks = SequenceMatcher(None, wanted, said, autojunk=False).get_matching_blocks()
    same = {at for one in blocks for at in range(one.b, one.b + one.size)}
    runs = groupby(enumerate(said), key=lambda found: found[0] in same)
    return tuple(
        Piece("".join(token for _, token in tokens), "plain" if kept else "wrong")
        for kept, tokens in runs
    )
