import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.weights import (
    BYTES_PER_PARAMETER,
    bytes_in,
    bytes_per_parameter,
    parameters_in,
    weight_bytes,
)

HEADER = {
    "__metadata__": {"format": "pt"},
    "embed": {"dtype": "F32", "shape": [100, 8], "data_offsets": [0, 3200]},
    "bias": {"dtype": "F16", "shape": [8], "data_offsets": [3200, 3216]},
    "scale": {"dtype": "F32", "shape": [], "data_offsets": [3216, 3220]},
}


def test_it_counts_what_a_header_lists():
    assert parameters_in(HEADER) == 809
    assert bytes_in(HEADER) == 3220


def test_it_counts_a_real_file_to_the_byte():
    folder = Path(__file__).parents[2] / "advisor/builtin/models"
    files = sorted(folder.glob("*/*.safetensors"))
    if not files:
        pytest.skip("no built-in model lies in advisor/builtin/models")
    with files[0].open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    assert bytes_in(header) == files[0].stat().st_size - 8 - size


# The block layouts of llama.cpp: q4_0 stores 32 weights in 18 bytes, q8_0 in 34, and
# q6_K stores 256 in 210.
@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("fp32", 4.0),
        ("bf16", 2.0),
        ("q4_0", 18 / 32),
        ("q8_0", 34 / 32),
        ("q6_k", 210 / 256),
    ],
)
def test_it_knows_the_size_of_a_weight(precision, expected):
    assert bytes_per_parameter(precision) == expected


def test_quantised_formats_keep_embeddings_at_sixteen_bits():
    plain = weight_bytes(1_000_000, "int4")
    kept = weight_bytes(1_000_000, "int4", embedding_parameters=400_000)
    assert plain.value == pytest.approx(520_000)
    assert kept.value == pytest.approx(600_000 * 0.52 + 800_000)
    halves = weight_bytes(1_000_000, "bf16", embedding_parameters=400_000)
    assert halves.value == 2_000_000


def test_only_mixtures_have_ends():
    assert weight_bytes(100, "q8_0").low == weight_bytes(100, "q8_0").high
    mixed = weight_bytes(1000, "q4_k_m")
    assert (mixed.low, mixed.high) == pytest.approx((575.7, 636.3))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(BYTES_PER_PARAMETER)), st.integers(1, 10**12))
def test_more_parameters_are_more_bytes(precision, parameters):
    one, more = (weight_bytes(n, precision) for n in (parameters, parameters + 1))
    assert one.low <= one.value <= one.high
    assert more.value > one.value


def test_it_names_the_precisions_it_knows():
    with pytest.raises(SizingError, match="'fp12' is not known. Use one of fp32"):
        bytes_per_parameter("fp12")


@pytest.mark.parametrize(("parameters", "embedding"), [(0, 0), (5, 6), (5, -1)])
def test_it_refuses_counts_that_cannot_be(parameters, embedding):
    with pytest.raises(SizingError, match=f"got {parameters} and {embedding}"):
        weight_bytes(parameters, "bf16", embedding_parameters=embedding)


def test_it_refuses_what_is_no_header():
    with pytest.raises(SizingError, match="has no shape, it has dtype"):
        parameters_in({"weight": {"dtype": "F32"}})
