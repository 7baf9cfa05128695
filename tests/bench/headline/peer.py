"""How long does lm-evaluation-harness take to ask the same models everything?

In an environment of its own, ``var/bench/venvs/lm-eval``: ``local-completions`` on the
same stub, as many calls at once, one model after the other in one process. Its import
and a first sample of each kind are not timed.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "var/bench/venvs/lm-eval/bin/python"
TASK = """task: bench
dataset_path: json
dataset_kwargs:
  data_files: {{test: "{data}"}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{input}}}}"
doc_to_target: "yes"
generation_kwargs: {{until: ["\\n"], max_gen_toks: 4, do_sample: false}}
metric_list:
  - metric: exact_match
"""
PROGRAM = """
import json, sys, time
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
folder, url, at_once, *models = sys.argv[1:]
tasks = TaskManager(include_path=folder)
def ask(model, limit=None):
    start = time.monotonic()
    found = simple_evaluate(
        model="local-completions",
        model_args=dict(
            model=model, base_url=url, num_concurrent=int(at_once),
            tokenized_requests=False, tokenizer_backend=None, max_retries=3,
        ),
        tasks=["bench"], batch_size=1, limit=limit, task_manager=tasks,
        bootstrap_iters=0, log_samples=False, verbosity="ERROR",
    )
    told = found["results"]["bench"]
    score = next(v for k, v in told.items() if k.startswith("exact_match,"))
    return time.monotonic() - start, score
ask(models[0], limit=1)
rows = {model: ask(model) for model in models}
print(json.dumps({
    "seconds": sum(row[0] for row in rows.values()),
    "accuracy": {model: row[1] for model, row in rows.items()},
}))
"""


def missing() -> str:
    """Return what is to be installed for the peer; empty when it is there."""
    words = [str(PYTHON), "-c", "import lm_eval, tenacity, aiohttp, tiktoken"]
    if PYTHON.exists() and subprocess.run(words, check=False).returncode == 0:
        return ""
    return (
        "lm-eval is missing: python -m venv var/bench/venvs/lm-eval &&"
        " var/bench/venvs/lm-eval/bin/pip install 'lm_eval[api]'"
    )


def exhaustive(
    folder: Path, port: int, models: list[str], n: int, concurrency: int
) -> dict[str, Any]:
    """Ask every model every sample; return seconds and accuracies."""
    data = folder / "samples.jsonl"
    data.write_text("".join(json.dumps({"input": f"s{i:04}"}) + "\n" for i in range(n)))
    (folder / "bench.yaml").write_text(TASK.format(data=data))
    url = f"http://127.0.0.1:{port}/v1/completions"
    offline = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [str(PYTHON), "-c", PROGRAM, str(folder), url, str(concurrency), *models],
        env={**os.environ, **offline, "HF_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
