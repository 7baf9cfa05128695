"""How close is predicted memory to what real processes use?

Builds small models of several architectures with random weights, answers prompts with
the product's own engine, each configuration in a host process of its own, takes the
kernel's high-water mark (VmHWM) that the engine reports, fits base and activation
factor on some configurations and tests them on the others.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.transformers_local import TransformersLocal
from advisor.sizing.architecture import from_config
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import GB, Work, predict
from advisor.sizing.memory_fit import fit
from advisor.sizing.overhead import TRANSFORMERS_CPU, Overhead
from advisor.sizing.weights import parameters_in, weight_bytes
from tests.bench.memory.shapes import FITTED_ON, SHAPES, TESTED_ON

MAKER = Path(__file__).with_name("models.py")

# What the shape is read from; the rest of a configuration is left out of the record.
TELLING = {
    "first_k_dense_replace",
    "head_dim",
    "hidden_size",
    "intermediate_size",
    "kv_lora_rank",
    "layer_types",
    "linear_conv_kernel_dim",
    "linear_key_head_dim",
    "linear_num_key_heads",
    "linear_num_value_heads",
    "linear_value_head_dim",
    "model_type",
    "moe_intermediate_size",
    "n_routed_experts",
    "num_attention_heads",
    "num_experts",
    "num_experts_per_tok",
    "num_hidden_layers",
    "num_key_value_heads",
    "qk_nope_head_dim",
    "qk_rope_head_dim",
    "sliding_window",
    "use_sliding_window",
    "v_head_dim",
    "vocab_size",
}
DTYPES = {"fp32": "float32", "bf16": "bfloat16"}


@dataclass(frozen=True)
class Run:
    """One configuration, what it used and what its own process needs empty."""

    name: str
    peak: float
    imported: float
    shape: object
    weights: Figure
    stored: str
    precision: str
    work: Work

    def predicted(self, engine: Overhead) -> Figure:
        return predict(
            self.shape,
            self.precision,
            self.work,
            engine=engine,
            stored=self.stored,
            weights=self.weights,
        ).peak


def build(root: Path, kind: str, stored: str) -> Path:
    """Build one model in a process of its own, unless it is there."""
    folder = root / f"{kind}-{stored}"
    if not (folder / "model.safetensors").exists():
        task = {"kind": kind, "shape": SHAPES[kind], "stored": DTYPES[stored]}
        task["folder"] = str(folder)
        command = [sys.executable, str(MAKER), json.dumps(task)]
        subprocess.run(command, capture_output=True, check=True)
    return folder


def header_of(folder: Path) -> dict:
    """Return the header of the one safetensors file in ``folder``."""
    with (folder / "model.safetensors").open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(size))


def words(numbers: range) -> str:
    return " ".join(f"w{number}" for number in numbers)


def prompts(rows: int, tokens: int, output: int) -> list[Prompt]:
    return [
        Prompt(
            id=str(row),
            text=words(range(row, row + 7 * tokens, 7)),
            max_output_tokens=output,
        )
        for row in range(rows)
    ]


def use_every_word(engine: TransformersLocal, shape: dict, each: int) -> None:
    """Use the whole table of words, as a process that has served for long has.

    Weights are mapped files: a page counts from its first use on, 64 KiB at a time.
    """
    step = max(1, 65_536 // (shape["hidden_size"] * each))
    for start in range(0, shape["vocab_size"], 64 * step):
        end = min(start + 64 * step, shape["vocab_size"])
        text = words(range(start, end, step))
        engine.measure(Prompt(id="warm", text=text, max_output_tokens=1))


def measured(folder: Path, configuration: tuple) -> dict:
    """Return what one host process of the engine used."""
    kind, _, precision, rows, tokens, output = configuration
    spec = EngineSpec(
        engine="transformers", model=str(folder), precision=precision, threads=1
    )
    engine = TransformersLocal(spec)
    try:
        engine.open()
        use_every_word(engine, SHAPES[kind], 4 if precision == "fp32" else 2)
        answers = list(engine.answer(prompts(rows, tokens, output)))
        facts = engine.facts()
    finally:
        engine.close()
    if any(answer.failure for answer in answers):
        raise SystemExit(f"{configuration}: {answers[0].failure}")
    return {"peak": facts.peak_memory_bytes, "imported": facts.base_memory_bytes}


def run(root: Path, configuration: tuple, known: dict) -> Run:
    """Measure one configuration, unless ``known`` holds it."""
    kind, stored, precision, rows, tokens, output = configuration
    name = f"{kind} {stored}->{precision} {rows} x {tokens} + {output}"
    if name not in known:
        folder = build(root, kind, stored)
        config = json.loads((folder / "config.json").read_text())
        known[name] = measured(folder, configuration) | {
            "parameters": parameters_in(header_of(folder)),
            "config": {key: config[key] for key in sorted(config) if key in TELLING},
        }
        (root / "measured.json").write_text(json.dumps(known, indent=1) + "\n")
    found = known[name]
    return Run(
        name=name,
        peak=found["peak"],
        imported=found["imported"],
        shape=from_config(found["config"], found["parameters"]),
        weights=weight_bytes(found["parameters"], precision),
        stored=stored,
        precision=precision,
        work=Work(prompt_tokens=tokens, output_tokens=output, sequences=rows),
    )


def fitted(runs: list[Run]) -> Overhead:
    """Return the constants by least squares, with twice their standard errors."""
    none, one = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    bare = replace(TRANSFORMERS_CPU, base=none, per_word=none)
    # What is not told apart by a factor: weights, cache, and logits where they are more
    # than no activations.
    empty = replace(bare, factor=(1e-9,) * 3, packed_factor=(1e-9,) * 3)
    whole = replace(bare, factor=one, packed_factor=one)
    fixed = np.array([one.predicted(empty).value for one in runs]) * GB
    active = np.array([one.predicted(whole).value for one in runs]) * GB - fixed
    words = np.array([float(one.shape.vocabulary) for one in runs])
    packed = np.array([one.shape.plain for one in runs])
    design = np.column_stack(
        [np.ones(len(runs)), words, active * ~packed, active * packed]
    )
    rest = np.array([one.peak for one in runs]) - fixed
    best, *_ = np.linalg.lstsq(design, rest, rcond=None)
    variance = ((rest - design @ best) ** 2).sum() / (len(runs) - len(best))
    errors = 2 * np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    names = ("base", "per_word", "factor", "packed_factor")
    found = {
        name: (value, max(0.0, value - error), value + error)
        for name, value, error in zip(names, best, errors, strict=True)
    }
    for name, (value, _, high) in found.items():
        print(f"{name}: {value:.4g} +- {high - value:.2g}")
    return replace(TRANSFORMERS_CPU, **found)


def report(runs: list[Run], engine: Overhead) -> None:
    whole, beyond, optimistic = [], [], 0
    for one in runs:
        figure = one.predicted(engine)
        error = figure.value * GB / one.peak - 1
        net = (figure.value * GB - one.peak) / (one.peak - one.imported)
        # A machine that the run just fills to the last byte must not be a "fits".
        missed = fit(figure, one.peak / GB * 0.999) == "fits"
        whole.append(abs(error))
        beyond.append(abs(net))
        optimistic += missed
        print(
            f"{one.name:42} peak {one.peak / 1e6:7.0f} MB  predicted "
            f"{figure.value * 1e3:7.0f}  {error:+6.1%}  net {net:+6.1%}"
        )
    print(
        f"{len(runs)} configurations: mean error {np.mean(whole):.1%} of the peak, "
        f"{np.mean(beyond):.1%} net of the empty process, largest "
        f"{max(whole):.1%}; optimistic 'fits': {optimistic}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", help="folder for models and measurements, kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(arguments.keep or temporary)
        root.mkdir(parents=True, exist_ok=True)
        kept = root / "measured.json"
        known = json.loads(kept.read_text()) if kept.exists() else {}
        runs = []
        for one in FITTED_ON + TESTED_ON:
            runs.append(run(root, one, known))
            print(f"{runs[-1].name}: {runs[-1].peak / 1e6:.0f} MB", flush=True)
    print(f"{platform.processor() or platform.machine()}, Python {sys.version[:6]}")
    engine = fitted(runs[: len(FITTED_ON)])
    print("fitted on:")
    report(runs[: len(FITTED_ON)], engine)
    print("tested on:")
    report(runs[len(FITTED_ON) :], engine)
    print("with the constants that ship:")
    report(runs, TRANSFORMERS_CPU)


if __name__ == "__main__":
    main()
