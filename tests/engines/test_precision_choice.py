"""Is half precision taken only where it is there and where it is faster?"""

import pytest

pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    ("flags", "has"),
    [
        ("fpu avx512f avx512_bf16 vnni", True),
        ("fpu amx_tile amx_bf16", True),
        ("fpu avx2 avx512f", False),
    ],
)
def test_the_processor_is_asked_for_its_instructions(tmp_path, flags, has):
    import torch

    from advisor.engines.precision_choice import has_half

    info = tmp_path / "cpuinfo"
    info.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    assert has_half(torch.device("cpu"), info) is has
    assert not has_half(torch.device("cpu"), tmp_path / "none")


@pytest.mark.parametrize(("half", "chosen"), [(0.5, "bf16"), (0.95, "fp32")])
def test_half_precision_must_be_clearly_faster(loaded, half, chosen):
    import torch

    from advisor.engines.precision_choice import faster_precision

    network = loaded("llama", use="precision").network
    times = {torch.float32: 1.0, torch.bfloat16: half}
    found = faster_precision(network, seconds=lambda network: times[network.dtype])
    network.to(torch.float32)
    assert found == chosen


def test_an_open_precision_is_settled_while_loading(loaded):
    model = loaded("llama", precision="auto")
    assert model.precision in ("fp32", "bf16")
    expected = {"fp32": "torch.float32", "bf16": "torch.bfloat16"}
    assert str(model.network.dtype) == expected[model.precision]
