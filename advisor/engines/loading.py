"""Which class serves an engine's name?

Classes are named by dotted path and imported on use, so that reading this
table loads neither a model runner nor an HTTP client.
"""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from advisor.engines.base import Engine, EngineError, EngineSpec, Failure

ENGINES = {
    "transformers": "advisor.engines.transformers_local:TransformersLocal",
    "openai": "advisor.engines.openai_compatible:OpenAICompatible",
    "recorded": "advisor.engines.recorded:Recorded",
    "fake": "advisor.engines.fake:Fake",
}


def open_engine(spec: EngineSpec) -> Engine:
    """Make the engine that `spec` names, not opened yet.

    Raises:
        EngineError: No engine has that name.
    """
    path = ENGINES.get(spec.engine)
    if path is None:
        raise EngineError(
            Failure(
                code="unknown_engine",
                kind="configuration",
                message=f'There is no engine "{spec.engine}".'
                f" Use one of: {', '.join(ENGINES)}.",
            )
        )
    module, name = path.split(":")
    make = cast(Callable[[EngineSpec], Engine], getattr(import_module(module), name))
    return make(spec)
