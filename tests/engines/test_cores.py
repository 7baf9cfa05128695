"""Each thread of a model has a core of its own, and lets it go when it waits."""

import json
import os
import subprocess
import sys

from advisor.engines.cores import allowed_cores, placed, processors
from advisor.engines.isolation import allowed_environment

# Computes with all threads, then tells on which cores each of them may run. Not a
# product: MKL takes fewer threads where two of them would share one physical core.
# torch keeps a further thread that waits beside the first, on the same cores.
TELLS = """
import json, os, sys, torch
torch.set_num_threads(int(sys.argv[1]))
torch.ones(1 << 23).exp_()
tasks = map(int, os.listdir("/proc/self/task"))
print(json.dumps([sorted(os.sched_getaffinity(task)) for task in tasks]))
"""


def told(threads: int) -> set[tuple[int, ...]]:
    done = subprocess.run(
        [sys.executable, "-c", TELLS, str(threads)],
        env=allowed_environment(threads),
        capture_output=True,
        text=True,
        check=True,
    )
    return {tuple(map(int, one)) for one in json.loads(done.stdout)}


def on_gpu() -> bool:
    return any(map(os.path.exists, ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")))


def test_threads_of_a_model_that_uses_all_cores_have_one_each():
    cores = allowed_cores()
    if len(cores) < 2 or on_gpu():
        assert "OMP_PLACES" not in placed(len(cores))
        return
    assert told(len(cores)) == {(core,) for core in cores}


def test_a_model_with_more_or_fewer_threads_than_cores_may_use_any():
    assert set(placed(processors() + 1)) == {"GOMP_SPINCOUNT"}
    assert set(placed(1)) == {"GOMP_SPINCOUNT"}
    assert told(1) == {tuple(allowed_cores())}


def test_two_models_begin_on_different_cores():
    count = processors()
    if count < 2 or on_gpu():
        assert set(placed(count)) == {"GOMP_SPINCOUNT"}
        return
    first, second = (placed(count)["OMP_PLACES"] for _ in range(2))
    assert first != second
    assert sorted(first.split(",")) == sorted(second.split(","))
