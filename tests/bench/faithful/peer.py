"""What does guidellm say of the stub's answers? From the registry, in its own venv.

Its stamps are of the wall clock, so they are held against the stub's wall clock.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.faithful.ours import Seen

VERSION = "0.8.1"
HOME = Path(__file__).parents[3] / "var/bench/venvs/guidellm"


def program() -> Path | None:
    """Return guidellm, installing it at first; None where it cannot be had."""
    found = HOME / "bin/guidellm"
    if found.exists() and _works(found):
        return found
    HOME.parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(HOME)],
        [str(HOME / "bin/pip"), "install", "-q", f"guidellm=={VERSION}"],
    ):
        if subprocess.run(command, capture_output=True).returncode:
            return None
    return found if _works(found) else None


def _works(found: Path) -> bool:
    return subprocess.run([found, "--version"], capture_output=True).returncode == 0


def stream(port: int, *, concurrency: int, requests: int, start: list[str]) -> list:
    """Stream so many answers by guidellm, so many at once; `start` precedes it."""
    with TemporaryDirectory() as folder:
        prompts, out = Path(folder) / "prompts.jsonl", Path(folder) / "out.json"
        prompts.write_text(
            "".join(
                json.dumps({"prompt": "Say something.", "output_tokens_count": 32})
                + "\n"
                for _ in range(requests)
            )
        )
        command = [*start, str(HOME / "bin/guidellm"), "run", "--disable-console"]
        command += ["--backend"]
        command += [f"kind=openai_http,target=http://127.0.0.1:{port},model=m"]
        command += ["--profile", f"kind=concurrent,streams={concurrency}"]
        command += ["--constraint", f"kind=max_requests,count={requests}"]
        command += ["--data", f"kind=json_file,path={prompts}"]
        command += ["--output", f"kind=json,path={out}"]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        document = json.loads(out.read_text())
    done = document["benchmarks"][0]["requests"]["successful"]
    return [_seen(one) for one in done]


def _seen(one: dict) -> Seen:
    found = re.match(r"r(\d{6}) ", one["output"])
    assert found, one["output"]
    timings = one["info"]["timings"]
    return Seen(
        int(found[1]), timings["request_start"], timings["first_token_iteration"]
    )
