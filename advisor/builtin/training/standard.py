"""Which dates, times, numbers and amounts does a model learn to normalise?"""

from advisor.builtin.training import figures, noise, values
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.grammar import expand
from advisor.builtin.training.labelled import voice
from advisor.builtin.training.people import Namer, listed

DRAW = {
    "date": values.date,
    "time": values.time,
    "number": figures.number,
    "amount": figures.amount,
}


def normalise(namer: Namer) -> Asked:
    """Draw a text with one value in it; the answer is its standard form."""
    rng = namer.rng
    kind = rng.choice(tuple(DRAW))
    written, standard = DRAW[kind](rng)
    line = rng.choice(listed(kind, namer.held, "\n"))
    text = expand(line, rng, {}, {"v": lambda _: "\ue000"})
    if rng.random() < 0.3:
        text = voice(text, rng)
    if rng.random() < 0.08:
        written = " ".join(
            noise.misspell(w, rng) if len(w) > 4 and rng.random() < 0.5 else w
            for w in written.split(" ")
        )
    text = text[0].upper() + text[1:] if rng.random() < 0.5 else text
    return Asked(
        task="normalise", text=text.replace("\ue000", written), answer=standard
    )
