"""Which options does each database need to be safe with many processes?"""

from typing import Any

# A page never waits longer for a row than a person would.
POSTGRES_OPTIONS = (
    "-c statement_timeout=10000"
    " -c lock_timeout=3000"
    " -c idle_in_transaction_session_timeout=30000"
)
# A server that is cut off sends no refusal; without these a call waits for a quarter of
# an hour (https://www.postgresql.org/docs/current/libpq-connect.html).
POSTGRES_SILENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 2,
}


def database_settings(address: dict[str, Any]) -> dict[str, Any]:
    """Complete the entry that `DATABASE_URL` gave with the options of its engine.

    SQLite begins each transaction with the write lock (IMMEDIATE) and waits up to 20 s
    for it: with Django's deferred transactions, several writers meet "database is
    locked" and lose their writes. PostgreSQL gets limits for statements, locks
    and silence.
    """
    options: dict[str, Any] = dict(address.get("OPTIONS", {}))
    if address["ENGINE"].endswith("sqlite3"):
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        options |= {"options": POSTGRES_OPTIONS, **POSTGRES_SILENCE}
    return {
        **address,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
