"""How much memory does a process hold, and how much has it held at most?

From Linux's /proc, in bytes; None on a system that does not tell.
"""

from pathlib import Path


def status_bytes(field: str, pid: int | str = "self") -> int | None:
    """Read one field of /proc/PID/status, such as VmRSS or VmHWM."""
    return _field(Path(f"/proc/{pid}/status"), field)


def available_bytes() -> int | None:
    """Return the memory that the machine can give without swapping."""
    return _field(Path("/proc/meminfo"), "MemAvailable")


def forget_peak() -> bool:
    """Let VmHWM start again from what is held now (proc(5), clear_refs)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def kernel_kills() -> int | None:
    """Return how many processes the kernel has killed for memory since it started."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    counts = (line.split() for line in lines)
    return next((int(n) for name, n in counts if name == "oom_kill"), None)


def _field(path: Path, field: str) -> int | None:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return None
