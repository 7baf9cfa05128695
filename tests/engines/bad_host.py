"""A host process that misbehaves as it is asked to."""

import ctypes
import json
import os
import sys
import time


def say(text):
    os.write(1, text.encode())


for text in sys.stdin:
    ask = json.loads(text)["ask"]
    if ask == "greet":
        say('{"kind": "beat"}\n{"kind": "hello"}\n{"kind": "done"}\n')
    elif ask == "segfault":
        ctypes.string_at(0)
    elif ask == "abort":
        os.abort()
    elif ask == "garbage":
        say("Loading checkpoint shards: 100%\n")
    elif ask == "number":
        say("7\n")
    elif ask == "leave":
        sys.exit(0)
    elif ask == "half":
        say('{"kind": "ans')
        sys.exit(0)
    elif ask == "raise":
        raise ValueError("the model is odd")
    elif ask == "swell":
        raise MemoryError
    elif ask == "hang":
        time.sleep(60)
    elif ask == "beat":
        for _ in range(12):
            say('{"kind": "beat"}\n')
            time.sleep(0.2)
        say('{"kind": "done"}\n')
