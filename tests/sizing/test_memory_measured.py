"""Predictions against peaks that ``scripts/bench/memory`` measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from advisor.engines.pass_room import MOST_TOKENS
from advisor.sizing.architecture import from_config
from advisor.sizing.memory import GB, Work, predict
from advisor.sizing.memory_fit import fit
from advisor.sizing.overhead import TRANSFORMERS_CPU
from advisor.sizing.weights import weight_bytes
from tests.bench.memory.shapes import FITTED_ON, TESTED_ON

MEASURED = json.loads(
    (Path(__file__).parents[1] / "bench/memory/measured.json").read_text()
)


def measured_and_predicted(configuration):
    kind, stored, precision, rows, prompt, output = configuration
    found = MEASURED[f"{kind} {stored}->{precision} {rows} x {prompt} + {output}"]
    memory = predict(
        from_config(found["config"], found["parameters"]),
        precision,
        Work(prompt_tokens=prompt, output_tokens=output, sequences=rows),
        stored=stored,
        weights=weight_bytes(found["parameters"], precision),
    )
    return found["peak"], found["imported"], memory.peak


def test_it_knows_how_much_the_engine_reads_at_once():
    assert TRANSFORMERS_CPU.packs_tokens == MOST_TOKENS


def test_it_predicts_what_it_was_not_fitted_to():
    assert len(TESTED_ON) >= 12
    whole, net = [], []
    for configuration in TESTED_ON:
        peak, empty, figure = measured_and_predicted(configuration)
        whole.append(abs(figure.value * GB / peak - 1))
        net.append(abs(figure.value * GB - peak) / (peak - empty))
    assert np.mean(whole) <= 0.04
    assert np.mean(net) <= 0.08


@pytest.mark.parametrize(
    "configuration", FITTED_ON + TESTED_ON, ids=lambda c: " ".join(map(str, c))
)
def test_no_machine_that_a_run_fills_is_called_fitting(configuration):
    peak, _, figure = measured_and_predicted(configuration)
    assert fit(figure, peak / GB * 0.999) != "fits"
