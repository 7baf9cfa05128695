"""A typesetter that does what its report says: it hangs, ends or writes no PDF."""

import ctypes
import json
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
