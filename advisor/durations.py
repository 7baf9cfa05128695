"""How long may things take, and how many workers are there? A part of the settings.

In seconds, except for counts; each is a variable of the environment.
"""

import os

import environ

env = environ.Env()

LEASE_SECONDS = env.float("LEASE_SECONDS", default=12)
HEARTBEAT_SECONDS = env.float("HEARTBEAT_SECONDS", default=4)
REAP_SECONDS = env.float("REAP_SECONDS", default=1)
SLICE_SECONDS = env.float("SLICE_SECONDS", default=45)
RETRY_SECONDS = env.float("RETRY_SECONDS", default=1)
ADAPT_SECONDS = env.float("ADAPT_SECONDS", default=120)
SPEED_SECONDS = env.float("SPEED_SECONDS", default=60)
REDIS_GONE_SECONDS = env.float("REDIS_GONE_SECONDS", default=60)
STUCK_SECONDS = env.float("STUCK_SECONDS", default=60)
WORKER_SECONDS = env.float("WORKER_SECONDS", default=10)
# How long messages may lie there before a worker that has nothing to do ends.
DEAF_SECONDS = env.float("DEAF_SECONDS", default=20)
STOP_SECONDS = env.float("STOP_SECONDS", default=5)
# Workers of each queue on all machines together, where none has said that it is there
WORKERS = {
    "local": env.int("LOCAL_WORKERS", default=1),
    "remote": env.int("REMOTE_WORKERS", default=1),
    "default": env.int("DEFAULT_WORKERS", default=1),
}
# Processes that answer pages: one a core, as far as memory and connections go
WEB_PROCESSES = env.int("WEB_PROCESSES", default=min(8, os.cpu_count() or 1))
TASK_SOFT_SECONDS = env.int("TASK_SOFT_SECONDS", default=360)
TASK_HARD_SECONDS = env.int("TASK_HARD_SECONDS", default=420)

# Endpoints that are down, and servers that ask to slow down
ENDPOINT_FIRST_PROBE_SECONDS = env.float("ENDPOINT_FIRST_PROBE_SECONDS", default=2)
ENDPOINT_LONGEST_PROBE_SECONDS = env.float(
    "ENDPOINT_LONGEST_PROBE_SECONDS", default=300
)
ENDPOINT_PROBE_SECONDS = env.float("ENDPOINT_PROBE_SECONDS", default=5)
ENDPOINT_PAUSE_SECONDS = env.float("ENDPOINT_PAUSE_SECONDS", default=900)
ENDPOINT_GIVE_UP_SECONDS = env.float("ENDPOINT_GIVE_UP_SECONDS", default=86400)
RATE_WAIT_SECONDS = env.float("RATE_WAIT_SECONDS", default=30)

# A machine that is to be quiet
QUIET_SECONDS = env.float("QUIET_SECONDS", default=3)
SPEED_REPEATS = env.int("SPEED_REPEATS", default=2)
