"""A typesetter that does what its report says: it hangs, ends, or tells no report."""

import ctypes
import json
import os
import sys
import time

do = json.load(sys.stdin)["do"]
if do == "hang":
    time.sleep(600)
elif do == "crash":
    ctypes.string_at(0)
elif do == "swell":
    bytearray(3_000_000_000)
elif do == "garbage":
    sys.stdout.write("<html>502 Bad Gateway</html>")
elif do == "count":
    import numpy  # noqa: F401 - which starts a thread for each core where it may

    sys.stdout.write(f"%PDF {len(os.listdir('/proc/self/task'))}")
