"""How much arithmetic was needed, and how much can this processor do?"""

import time
from functools import cache

SIDE, TIMES = 1536, 7


@cache
def peak_per_second():
    """Return the operations a cpu-second that torch's own product reaches."""
    import torch

    torch.set_num_threads(1)
    one, other = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE)
    best = float("inf")
    for _ in range(TIMES):
        started = time.process_time()
        torch.mm(one, other)
        best = min(best, time.process_time() - started)
    return 2 * SIDE**3 / best


def multiplied(shape, items, prefix):
    """Return the operations that weighing needs at the least, the prefix read once.

    Matrices only: every token once through the layers, the rows that foretell a token
    of a choice through the words, and the attention of what each token sees.
    """
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    size = width // shape["num_attention_heads"]
    kept = shape["num_key_value_heads"] * size
    layer = 2 * width * width + 2 * width * kept + 3 * width * inner
    layers = shape["num_hidden_layers"]
    total = 2 * prefix * layer * layers + 2 * width * layers * prefix**2
    for item in items:
        own = len(item["context"]) - prefix
        after = sum(len(choice) - 1 for choice in item["choices"])
        rows = 1 + after
        total += 2 * (own + after) * layer * layers
        total += 2 * rows * width * shape["vocab_size"]
        seen = own * (prefix + own / 2) + after * (prefix + own)
        total += 4 * width * layers * seen
    return total
