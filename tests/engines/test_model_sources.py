import pytest

from advisor.engines.base import EngineError, EngineSpec
from advisor.engines.model_sources import find_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def find(model, **spec):
    return find_model(EngineSpec(engine="transformers", model=model, **spec))


def refused(model, **spec):
    with pytest.raises(EngineError) as caught:
        find(model, **spec)
    assert caught.value.failure.kind == "configuration"
    return caught.value.failure.message


def test_a_folder_is_found_where_it_is(tmp_path):
    assert find(str(tmp_path)).folder == tmp_path.resolve()


def test_an_unknown_built_in_name_lists_those_there_are():
    assert "Use one of" in refused("builtin/none")


@pytest.mark.parametrize(
    "name", ["../x", "https://hub/x", "x" * 300, "one", "a/b/c", ""]
)
def test_what_is_neither_a_folder_nor_an_id_is_refused(name):
    assert "neither a folder nor a model id" in refused(name)


@pytest.mark.parametrize("revision", [None, "main", "v1.0", COMMIT[:7]])
def test_a_hub_id_needs_a_pinned_commit(revision):
    assert "pinned revision" in refused("org/model", revision=revision)


def test_a_model_in_the_cache_is_found_without_a_network(tmp_path):
    snapshot = tmp_path / "models--org--model" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    found = find(
        "org/model",
        revision=COMMIT,
        local_only=True,
        options={"hub_cache": str(tmp_path)},
    )
    assert found.folder == snapshot
    assert found.revision == COMMIT


def test_a_model_that_is_not_in_the_cache_says_what_to_do(tmp_path):
    told = refused(
        "org/model",
        revision=COMMIT,
        local_only=True,
        options={"hub_cache": str(tmp_path)},
    )
    assert "not in the model cache" in told
    assert "give the path of a folder" in told
