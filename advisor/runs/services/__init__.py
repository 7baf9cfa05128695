"""What may be done with runs? One verb each; every write is a transaction."""

from advisor.runs.services.beside import drive_beside
from advisor.runs.services.driving import Slice, begin, drive
from advisor.runs.services.ending import end_with_team
from advisor.runs.services.endpoint_probing import due_probes, probe
from advisor.runs.services.errors import LaunchRefused, RunRefused, StepRefused
from advisor.runs.services.finishing import decided, finish, recomputed, to_finish
from advisor.runs.services.going_on import retry_failed, run_others
from advisor.runs.services.hints import (
    due_candidates,
    forget_hints,
    next_hints,
    take_hints,
)
from advisor.runs.services.holding import close_engines
from advisor.runs.services.inline import run_inline
from advisor.runs.services.launching import freeze_and_launch, launch
from advisor.runs.services.reaping import reap, sweep_cancelled
from advisor.runs.services.seats import Presence
from advisor.runs.services.steering import (
    cancel,
    drop_candidate,
    pause,
    raise_cap,
    resume,
)
from advisor.runs.services.summarising import summarise_ended

__all__ = [
    "LaunchRefused",
    "Presence",
    "RunRefused",
    "Slice",
    "StepRefused",
    "begin",
    "cancel",
    "close_engines",
    "decided",
    "drive",
    "drive_beside",
    "drop_candidate",
    "due_candidates",
    "due_probes",
    "end_with_team",
    "finish",
    "forget_hints",
    "freeze_and_launch",
    "launch",
    "next_hints",
    "pause",
    "probe",
    "raise_cap",
    "reap",
    "recomputed",
    "resume",
    "retry_failed",
    "run_inline",
    "run_others",
    "summarise_ended",
    "sweep_cancelled",
    "take_hints",
    "to_finish",
]
