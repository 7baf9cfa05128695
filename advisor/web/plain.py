"""How is a stranger's text shown so that nothing in it hides or turns around?

Samples, answers and tags are written by strangers and by models. Characters that
cannot be seen, or that reverse the text after them, are spelled out.
"""

import unicodedata

KEPT = frozenset("\n\t\u200c\u200d")  # joiners belong to words and emoji
HIDDEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """Return ``text`` with every hidden character spelled out, as in [U+202E].

    Line ends become plain ones; letters of scripts that run from right to left stay.
    """
    plain = text.replace("\r\n", "\n")
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(map(_shown, plain))


def _shown(sign: str) -> str:
    if sign in KEPT or unicodedata.category(sign) not in HIDDEN:
        return sign
    return f"[U+{ord(sign):04X}]"
