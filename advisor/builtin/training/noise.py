"""How do people really type: with slips, without capitals, in a hurry?"""

import random
import re
from collections.abc import Mapping, Sequence

_KEYBOARD = {
    "a": "s",
    "b": "v",
    "c": "x",
    "d": "f",
    "e": "r",
    "g": "h",
    "i": "o",
    "k": "l",
    "m": "n",
    "n": "b",
    "o": "p",
    "r": "t",
    "s": "a",
    "t": "y",
    "u": "i",
    "y": "u",
}
_SHORT = {
    "please": ("pls", "plz"),
    "you": ("u",),
    "your": ("ur",),
    "are": ("r",),
    "and": ("&", "n"),
    "for": ("4",),
    "thanks": ("thx",),
    "because": ("cuz", "bc"),
    "cannot": ("cant", "can not"),
    "cancel": ("cancle",),
    "account": ("acct", "acount"),
    "receive": ("recieve",),
    "the": ("teh",),
    "with": ("w/",),
}


def misspell(word: str, rng: random.Random) -> str:
    """Make one slip inside a word: swap, drop, double or hit the next key.

    A word of fewer than four letters stays as it is.
    """
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _KEYBOARD.get(word[at], word[at]) + word[at + 1 :]


def type_carelessly(text: str, rng: random.Random, rate: float) -> str:
    """Misspell or shorten about `rate` (0 to 1) of the words."""
    words = text.split(" ")
    for index, word in enumerate(words):
        if rng.random() >= rate:
            continue
        short = _SHORT.get(word.lower())
        words[index] = (
            rng.choice(short) if short and rng.random() < 0.5 else misspell(word, rng)
        )
    return " ".join(words)


def drop_small_words(text: str, rng: random.Random, rate: float) -> str:
    """Leave out articles and auxiliaries, as a learner of English does."""
    small = {"the", "a", "an", "is", "are", "was", "has", "have", "to", "it", "of"}
    kept = [w for w in text.split(" ") if w.lower() not in small or rng.random() > rate]
    return " ".join(kept)


def case_and_stops(text: str, rng: random.Random) -> str:
    """Choose capitals and punctuation: tidy, all small, shouted or without stops."""
    style = rng.random()
    if style < 0.28:
        return text.lower()
    if style < 0.31:
        return text.upper()
    if style < 0.38:
        return text.lower().translate(str.maketrans("", "", ".,!?'"))
    return text


def by_word(sets: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Index sets of words of like meaning by each of their single words."""
    found: dict[str, list[str]] = {}
    for words in sets:
        for word in words:
            if " " not in word:
                found.setdefault(word, []).extend(w for w in words if w != word)
    return found


def swap_synonyms(
    text: str, rng: random.Random, synonyms: Mapping[str, Sequence[str]], rate: float
) -> str:
    """Say about `rate` (0 to 1) of the words that have synonyms in another way."""

    def swap(match: re.Match[str]) -> str:
        word = match.group()
        others = synonyms.get(word.lower())
        return rng.choice(others) if others and rng.random() < rate else word

    return re.sub(r"[A-Za-z]+", swap, text)


def leave_out(text: str, rng: random.Random, rate: float) -> str:
    """Leave out about `rate` (0 to 1) of the words; at least one stays."""
    words = text.split(" ")
    return " ".join([w for w in words if rng.random() >= rate] or words[:1])
