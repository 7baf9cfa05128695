"""How is attention computed in parts, and put together again?

Each part tells its log-sum-exp, without which parts cannot be merged. On a processor
by torch's own fused kernel; elsewhere by plain arithmetic that says the same.
"""

import torch

Part = tuple[torch.Tensor, torch.Tensor]

_FUSED = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu


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
    return _plainly(query, key, value, scaling, causal, mask)


def merge(one: Part, other: Part) -> torch.Tensor:
    """Return the attention over the keys of both parts."""
    share = torch.sigmoid(one[1] - other[1]).to(one[0].dtype)
    return torch.lerp(other[0], one[0], share)


def _plainly(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    scaling: float | None,
    causal: bool,
    mask: torch.Tensor | None,
) -> Part:
    times = query.shape[1] // key.shape[1]
    key, value = (part.repeat_interleave(times, dim=1) for part in (key, value))
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
