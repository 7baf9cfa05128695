"""Tiny models, made and loaded once for all tests of the engines."""

import os

import pytest

from tests.engines.tiny_models import make_model

# The tests speak of processors, but for those of test_on_gpu; torch has not looked yet.
if not os.environ.get("RIGHTSIZE_TEST_GPU"):
    os.environ["CUDA_VISIBLE_DEVICES"] = ""


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """Return a function: the folder of a tiny random model of one architecture."""
    made = {}

    def folder(kind, **options):
        key = (kind, *sorted(options.items()))
        if key not in made:
            made[key] = make_model(
                tmp_path_factory.mktemp(kind) / kind, kind, **options
            )
        return made[key]

    return folder


@pytest.fixture(scope="session")
def loaded(tiny_folder):
    """Return a function: a model of a folder or an architecture, loaded once a use."""
    from advisor.engines.local_model import load

    known = {}

    def model(kind, precision="fp32", use=""):
        if (kind, precision, use) not in known:
            folder = kind if hasattr(kind, "is_dir") else tiny_folder(kind)
            known[kind, precision, use] = load(
                folder,
                name=str(kind),
                revision=None,
                precision=precision,
                memory_limit_bytes=None,
            )
        return known[kind, precision, use]

    return model


@pytest.fixture(scope="session")
def hosted(loaded):
    """Return a function: a model that answers, in this process."""
    from advisor.engines.hosted_model import HostedModel

    known = {}

    def model(kind, **options):
        key = (kind, *sorted(options.items()))
        if key not in known:
            known[key] = HostedModel(
                loaded(kind),
                **{
                    "chat": None,
                    "memory_limit_bytes": None,
                    "most_slots": None,
                    "beat": lambda: None,
                    **options,
                },
            )
        return known[key]

    return model
