"""Make the database itself refuse to change or delete what was recorded.

The one change that passes is the NULL of a team or an actor that was deleted. SQLite
builds a table anew when a later migration alters it, and its triggers go with the old
one: such a migration calls `guard` again at its end; a test looks for the triggers.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KEPT = ("id", "actor_name", "action", "target", "detail", "ip", "at")
SAYS = "The audit log is append-only."

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION refuse_to_rewrite_audit() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
            AND ({", ".join(f"NEW.{name}" for name in KEPT)})
                IS NOT DISTINCT FROM ({", ".join(f"OLD.{name}" for name in KEPT)})
            AND (NEW.team_id IS NULL OR NEW.team_id IS NOT DISTINCT FROM OLD.team_id)
            AND (NEW.actor_id IS NULL OR NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation';
    END
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_audit()
    """,
    """
    CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_audit()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER audit_is_kept BEFORE UPDATE ON accounts_auditevent
    WHEN NOT (
        {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)}
        AND (NEW.team_id IS NULL OR NEW.team_id IS OLD.team_id)
        AND (NEW.actor_id IS NULL OR NEW.actor_id IS OLD.actor_id)
    )
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END
    """,
    f"""
    CREATE TRIGGER audit_is_not_emptied BEFORE DELETE ON accounts_auditevent
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END
    """,
]
NAMES = ("audit_is_kept", "audit_is_not_emptied")


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    postgresql = editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        editor.execute(statement, params=None)


def release(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    postgresql = editor.connection.vendor == "postgresql"
    for name in NAMES:
        table = " ON accounts_auditevent" if postgresql else ""
        editor.execute(f"DROP TRIGGER IF EXISTS {name}{table}", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_two_step_demanded")]
    operations = [migrations.RunPython(guard, release)]
