"""Make the built-in models again: `scripts/train_builtin [NAME ...]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from advisor import builtin
from advisor.tuning.family import FAMILY, make, tokenizer
from advisor.tuning.lineage import OFFSPRING, make_pruned


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the named models, or all that ship, parents before their offspring."""
    known = [*FAMILY, *OFFSPRING]
    parser = argparse.ArgumentParser(prog="scripts/train_builtin", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME")
    parser.add_argument("--out", type=Path, default=builtin.MODELS)
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    options = parser.parse_args(arguments)
    chosen: list[str] = options.names or known
    for name in (name for name in known if name in chosen):
        if name in FAMILY:
            folder = options.out / name
            make(FAMILY[name], folder, options.work, vocabulary=tokenizer())
        else:
            make_pruned(OFFSPRING[name], options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
