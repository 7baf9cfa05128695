"""How is attention computed in parts, and put together again?

Each part tells its log-sum-exp, without which parts cannot be merged. By torch's own
fused kernels on a processor and on a GPU; where there is none, by plain arithmetic
that says the same.
"""

import torch
from torch.nn.functional import pad

Part = tuple[torch.Tensor, torch.Tensor]

_FUSED = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
_FUSED_ON_GPU = torch.ops.aten._scaled_dot_product_efficient_attention
# The GPU's kernel reads rows of the mask and heads of this many numbers, or a multiple.
_MASK_ROUND, _HEAD_ROUND = 16, 8


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    scaling: float | None,
    causal: bool = False,
    mask: torch.Tensor | None = None,
) -> Part:
    """Return the attention of [rows, heads, length, size], and its log-sum-exp.

    Keys and values may have fewer heads, shared by groups of the query's. `mask` is
    added to the scores. The log-sum-exp is [rows, heads, length, 1].
    """
    if query.device.type == "cpu":
        out, total = _FUSED(
            query, key, value, 0.0, causal, attn_mask=mask, scale=scaling
        )
        return out, total[..., None]
    if query.device.type == "cuda" and query.shape[-1] % _HEAD_ROUND == 0:
        return _on_gpu(query, key, value, scaling, causal, mask)
    return _plainly(query, key, value, scaling, causal, mask)


def merge(one: Part, other: Part) -> torch.Tensor:
    """Return the attention over the keys of both parts."""
    share = torch.sigmoid(one[1] - other[1]).to(one[0].dtype)
    return torch.lerp(other[0], one[0], share)


def aligned(mask: torch.Tensor) -> torch.Tensor:
    """Return the mask laid out as the device's kernel reads it; the numbers stay."""
    leaps = zip(mask.shape[:-1], mask.stride()[:-1], strict=True)
    odd = any(size > 1 and leap % _MASK_ROUND for size, leap in leaps)
    if mask.device.type != "cuda" or not odd:
        return mask
    width = mask.shape[-1]
    return pad(mask, (0, -width % _MASK_ROUND))[..., :width]


def _on_gpu(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    scaling: float | None,
    causal: bool,
    mask: torch.Tensor | None,
) -> Part:
    key, value = (_for_each_head(part, query.shape[1]) for part in (key, value))
    if mask is not None:
        shape = (*query.shape[:3], key.shape[2])
        mask = aligned(mask).expand(shape)
    out, total, _, _ = _FUSED_ON_GPU(
        query, key, value, mask, True, 0.0, causal, scale=scaling
    )
    # The kernel tells as many totals as its blocks have rows.
    return out, total[:, :, : query.shape[2], None]


def _for_each_head(part: torch.Tensor, heads: int) -> torch.Tensor:
    """Give every head of the query the keys or values that its group shares."""
    rows, kept, length, size = part.shape
    if kept == heads:
        return part
    shared = part[:, :, None].expand(rows, kept, heads // kept, length, size)
    return shared.reshape(rows, heads, length, size)


def _plainly(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    scaling: float | None,
    causal: bool,
    mask: torch.Tensor | None,
) -> Part:
    key, value = (_for_each_head(part, query.shape[1]) for part in (key, value))
    scale = scaling if scaling is not None else query.shape[-1] ** -0.5
    scores = torch.matmul(query, key.transpose(2, 3)).float() * scale
    if mask is not None:
        scores = scores + mask
    if causal:
        ahead = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device)
        scores = scores.masked_fill(ahead.triu(1), float("-inf"))
    total = scores.logsumexp(-1, keepdim=True)
    weights = torch.exp(scores - total).to(value.dtype)
    return torch.matmul(weights, value), total
