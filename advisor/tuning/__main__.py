"""Make the built-in models again: `scripts/train_builtin [NAME ...]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from advisor import builtin
from advisor.tuning import task_cards, task_models, tasks
from advisor.tuning.family import FAMILY, make, tokenizer
from advisor.tuning.lineage import ARMS, OFFSPRING, make_pruned


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the named models, or all that ship, parents before their offspring."""
    shipped = [*FAMILY, *task_models.MODELS, *OFFSPRING]
    known = [*shipped, *ARMS]
    parser = argparse.ArgumentParser(prog="scripts/train_builtin", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME")
    parser.add_argument("--out", type=Path, default=builtin.MODELS)
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    options = parser.parse_args(arguments)
    chosen: list[str] = options.names or shipped
    for name in (name for name in known if name in chosen):
        if name in FAMILY:
            folder = options.out / name
            make(FAMILY[name], folder, options.work, vocabulary=tokenizer())
        elif name in task_models.MODELS:
            model = task_models.MODELS[name]
            vocabulary = tasks.tokenizer()
            task_cards.make(model, options.out, options.work, vocabulary=vocabulary)
        else:
            make_pruned((OFFSPRING | ARMS)[name], options.out, options.work)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
