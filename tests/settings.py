"""The product's settings, in a folder of their own: a test never touches `var/`."""

import atexit
import os
import shutil
import tempfile

# Each of several test processes has a folder of its own, the first one's children too.
if "VAR_DIR" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="rightsize-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

# Test processes share the cores; two threads that wait for each other take far longer.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from advisor.settings import *  # noqa: E402, F403

# Child processes read the product's settings; the variables above hold for them too.
os.environ["DJANGO_SETTINGS_MODULE"] = "advisor.settings"

MIDDLEWARE = ["tests.turns.OneAtATime", *MIDDLEWARE]  # noqa: F405
# Tests count in this process, and empty what they count in.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
