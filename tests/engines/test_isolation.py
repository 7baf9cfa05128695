"""What can a process behind the walls still do? Each test asks such a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.engines.isolation import allowed_environment

ROOT = Path(__file__).parents[2]
WALLS = (
    "import json, os, sys\n"
    "from advisor.engines.isolation import isolate, limit_memory\n"
    "walls = dict(isolate(parent=int(sys.argv[1])))\n"
)


def behind_walls(code, **options):
    return subprocess.run(
        [sys.executable, "-c", WALLS + code, str(os.getpid())],
        env=allowed_environment(1),
        cwd=ROOT,
        capture_output=True,
        text=True,
        **options,
    )


def test_nothing_of_the_environment_is_inherited():
    os.environ["CANARY_KEY"] = "sk-CANARY"
    try:
        done = behind_walls("print(json.dumps([walls, dict(os.environ)]))")
    finally:
        del os.environ["CANARY_KEY"]
    walls, environment = json.loads(done.stdout)
    assert walls["empty_environment"]
    assert "CANARY" not in repr(environment)
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["OMP_NUM_THREADS"] == "1"
    assert "HOME" not in environment


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('example.com', 80)",
        "socket.gethostbyname('example.com')",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
        "socket.socket(socket.AF_UNIX).connect('/run/x.sock')",
        "socket.socket().bind(('127.0.0.1', 0))",
        "urllib.request.urlopen('http://127.0.0.1:9')",
        "os.system('true')",
        "subprocess.run(['true'])",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_calls_that_lead_out_are_refused(attempt):
    done = behind_walls(
        "import socket, subprocess, urllib.request\n"
        f"try:\n    {attempt}\n"
        "except Exception as error:\n    print(repr(error))\n"
    )
    assert "refused in a process that runs a model" in done.stdout


def test_the_network_is_gone_even_without_the_hook():
    done = behind_walls(
        "names = [line.split(':')[0].strip()"
        " for line in open('/proc/net/dev').readlines()[2:]]\n"
        "routes = open('/proc/net/route').readlines()[1:]\n"
        "print(json.dumps([walls['network_namespace'], names, routes]))"
    )
    namespace, names, routes = json.loads(done.stdout)
    if not namespace:
        pytest.skip("this system grants no network namespace; the hook remains")
    assert names == ["lo"]
    assert routes == []


def test_memory_beyond_the_limit_is_an_error_and_not_a_kill():
    done = behind_walls(
        "print(limit_memory(200_000_000))\n"
        "small = bytearray(50_000_000)\n"
        "try:\n    large = bytearray(400_000_000)\n"
        "except MemoryError:\n    print('refused')\n"
    )
    assert done.stdout.split() == ["True", "refused"]


def test_without_a_limit_no_wall_is_claimed():
    assert behind_walls("print(limit_memory(None))").stdout.strip() == "False"


def test_it_ends_with_its_parent():
    inner = WALLS + "import time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n"
    outer = (
        "import os, subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid())])\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", outer, inner],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    # The pipe ends when the last process that holds it has ended.
    assert parent.stdout.read() == ""
    parent.stdout.close()
    assert not Path(f"/proc/{child}/exe").exists()
