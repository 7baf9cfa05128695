import subprocess
import sys

import pytest

from advisor.engines.base import EngineError, EngineSpec
from advisor.engines.loading import ENGINES, open_engine


def test_every_name_in_the_table_opens():
    for name in ENGINES:
        assert open_engine(EngineSpec(engine=name, model="m")) is not None


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(EngineError, match="transformers, openai, recorded, fake"):
        open_engine(EngineSpec(engine="magic", model="m"))


def test_a_spec_never_shows_its_key():
    assert "sk-123" not in repr(
        EngineSpec(engine="openai", model="m", api_key="sk-123")
    )


def test_making_any_engine_loads_no_model_runner():
    code = (
        "import sys\n"
        "from advisor.engines.base import EngineSpec\n"
        "from advisor.engines.loading import ENGINES, open_engine\n"
        "[open_engine(EngineSpec(engine=name, model='m')) for name in ENGINES]\n"
        "assert not {'torch', 'transformers', 'django'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
