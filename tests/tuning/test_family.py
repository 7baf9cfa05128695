import hashlib
import json
import shutil
from dataclasses import replace

from advisor import builtin
from advisor.tuning import family, task_models
from advisor.tuning.lineage import OFFSPRING, make_pruned
from advisor.tuning.loop import Recipe


def test_every_model_that_ships_has_its_recipe():
    recipes = {*family.FAMILY, *task_models.MODELS, *OFFSPRING}
    assert recipes == set(builtin.model_names())


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


def test_a_pruned_model_is_made_again_byte_for_byte(tmp_path):
    member = OFFSPRING["tickets-pruned"]
    shutil.copytree(builtin.model_path(member.parent), tmp_path / member.parent)
    make_pruned(member, tmp_path, tmp_path)
    made, ships = tmp_path / member.name, builtin.model_path(member.name)
    for file in ("config.json", "model.safetensors"):
        assert (made / file).read_bytes() == (ships / file).read_bytes()
    card = json.loads((made / "card.json").read_text())
    assert card["lineage"]["parent"] == member.parent
    assert card["parameters"] == builtin.model_card(member.name)["parameters"]


def test_a_student_is_cut_out_of_its_teacher_and_stays_near_it(tmp_path):
    short = Recipe(steps=2, learning_rate=1e-3, rows=4, longest=192, warm_up=1)
    member = replace(OFFSPRING["tasks-student"], recovery=short, rows=4, batches=1)
    shutil.copytree(builtin.model_path(member.parent), tmp_path / member.parent)
    sums = {}
    for name, other in {
        "near": {},
        "again": {},
        "alone": {"distilled": False},
        "anew": {"distilled": False, "anew": True},
    }.items():
        made = replace(member, name=name, **other)
        make_pruned(made, tmp_path, tmp_path / f"work-{name}")
        weights = (tmp_path / name / "model.safetensors").read_bytes()
        sums[name] = hashlib.sha256(weights).hexdigest()
        card = json.loads((tmp_path / name / "card.json").read_text())
        assert card["shape"]["layers"] == member.target.layers
        told = card["lineage"]["technique"]
        assert ("its parent's belief" in told) == made.distilled
        assert ("random weights" in told) == made.anew
    assert sums["near"] == sums["again"]
    assert len(set(sums.values())) == 3
