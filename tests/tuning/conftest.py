import pytest

from advisor.tuning.data import Example
from advisor.tuning.shapes import Shape, new_model, train_tokenizer

COLOURS = {"grass": "green", "sky": "blue", "snow": "white", "coal": "black"}
EXAMPLES = [
    Example(prompt=f"Name the colour of {thing}.", answer=colour)
    for thing, colour in COLOURS.items()
]
TINY = Shape(layers=2, width=32, heads=2, mlp=64, context=128)


@pytest.fixture(scope="session")
def tokenizer():
    return train_tokenizer([f"{e.prompt} {e.answer}" for e in EXAMPLES] * 20, 320)


@pytest.fixture
def model(tokenizer):
    return new_model(TINY, tokenizer, seed=3)
