"""May a model stop writing, because nothing it adds can change the score?

A scorer that reads an answer to its end never settles. One that takes JSON out of the
first Markdown fence has read all it will read when that fence closes: an explanation
after it, however long, leaves the score as it is.
"""

from advisor.scoring.base import ANSWER_LIMIT, Scorer
from advisor.scoring.json_fields import JsonFields
from advisor.scoring.json_reading import FENCE, JsonUnreadable, read_json
from advisor.scoring.json_valid import JsonValid
from advisor.scoring.weighted import Weighted


def can_settle(scorer: Scorer) -> bool:
    """Say whether some unfinished answer settles this scorer."""
    if isinstance(scorer, Weighted):
        return all(can_settle(part) for _, part in scorer.parts)
    return isinstance(scorer, JsonFields | JsonValid) and scorer.surrounded


def settled(scorer: Scorer, answer: str) -> bool:
    """Say whether each text that begins with ``answer`` has the score of ``answer``.

    Holds for texts of up to ``ANSWER_LIMIT`` characters. False when in doubt.
    """
    if not can_settle(scorer) or len(answer) > ANSWER_LIMIT:
        return False
    fenced = FENCE.search(answer)
    if fenced is None:
        return False
    try:
        read_json(fenced["body"])
    except JsonUnreadable:
        # Then JSON is looked for elsewhere, and may still come.
        return False
    return True
