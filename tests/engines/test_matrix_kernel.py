"""Is the faster product taken, and does it say the same?"""

import pytest

pytestmark = pytest.mark.models


def layers():
    import torch

    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(48, 64), torch.nn.Linear(64, 48))


@pytest.mark.parametrize(("fast", "taken"), [(0.5, "oneDNN"), (0.99, "torch")])
def test_another_product_must_be_clearly_faster(fast, taken):
    from advisor.engines import matrix_kernel

    times = {"_by_onednn": fast, "_by_torch": 1.0}
    found = matrix_kernel.take_faster_product(
        layers(), seconds=lambda _, product: times[product.__name__]
    )
    assert found == taken


def test_both_products_say_the_same():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network, rows = layers(), torch.randn(1, 7, 48)
    with torch.inference_mode():
        before = network(rows)
        take_faster_product(
            network, seconds=lambda _, one: float(one.__name__ == "_by_torch")
        )
        after = network(rows)
    assert torch.allclose(before, after, atol=1e-5)
    assert "forward" in network[0].__dict__


def test_half_precision_keeps_its_product():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network = layers().to(torch.bfloat16)
    assert take_faster_product(network, seconds=lambda *_: 1.0) == "torch"
