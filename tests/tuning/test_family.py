import hashlib
from dataclasses import replace

from advisor import builtin
from advisor.tuning import family


def test_every_model_that_ships_has_its_recipe():
    assert tuple(family.FAMILY) == builtin.model_names()


def test_a_short_recipe_gives_the_same_bytes_twice(tmp_path, tokenizer):
    small = family.FAMILY["tickets-small"]
    short = replace(small, words=3, recipe=replace(small.recipe, steps=3, rows=8))
    sums = []
    for name in ("one", "two"):
        work = tmp_path / f"work-{name}"
        family.make(short, tmp_path / name, work, vocabulary=tokenizer)
        weights = (tmp_path / name / "model.safetensors").read_bytes()
        sums.append(hashlib.sha256(weights).hexdigest())
    assert sums[0] == sums[1]


def test_the_training_data_has_a_name():
    assert family.data_sha256() == family.data_sha256()


def test_the_tokenizer_is_always_the_same_one():
    first = family.tokenizer(300).get_vocab()
    family.tokenizer.cache_clear()
    assert family.tokenizer(300).get_vocab() == first
