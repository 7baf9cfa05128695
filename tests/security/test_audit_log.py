"""The database itself keeps the record: nobody changes it, nobody deletes from it.

On SQLite and on PostgreSQL, each with all migrations, by SQL as an intruder would.
"""

from tests.services import clean_environment, manage, migrate

# The rows of a team with one act, then each attempt with what became of it.
ATTEMPTS = """
from django.db import connection, transaction, Error
from advisor.accounts.models import AuditEvent, Team, User
from advisor.accounts.services import create_team, record
user = User.objects.create_user("eve@example.com", None, name="Eve")
team = create_team(name="Atlas", owner=user)
record(team=team, actor=user, action="run.launched", target="Run 1")
before = list(AuditEvent.objects.order_by("id").values_list("action", "actor_name"))
statements = [
    "DELETE FROM accounts_auditevent",
    "UPDATE accounts_auditevent SET action = 'nothing.happened'",
    "UPDATE accounts_auditevent SET actor_name = 'Bob', team_id = NULL",
    "UPDATE accounts_auditevent SET actor_id = NULL, at = '2001-01-01'",
]
if connection.vendor == "postgresql":
    statements.append("TRUNCATE accounts_auditevent")
for statement in statements:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        print("DONE", statement)
    except Error as error:
        print("refused", "append-only" in str(error))
team.delete()
user.delete()
after = AuditEvent.objects.order_by("id")
print("kept", list(after.values_list("action", "actor_name")) == before)
print("cut loose", {(e.team_id, e.actor_id) for e in after} == {(None, None)})
other = User.objects.create_user("bob@example.com", None)
try:
    with transaction.atomic():
        after.update(actor=other)
    print("DONE reassigned")
except Error:
    print("refused True")
"""


def test_only_what_was_deleted_is_cut_loose(database_url: str, tmp_path):
    environment = clean_environment(tmp_path / "var", DATABASE_URL=database_url)
    migrate(environment)
    told = manage("shell", "-c", ATTEMPTS, environment=environment)
    told_of = told.stdout.splitlines()
    lines = [line for line in told_of if line and "imported" not in line]
    attempts = 6 if database_url.startswith("postgres") else 5
    assert lines.count("refused True") == attempts, told.stdout + told.stderr
    assert [line for line in lines if not line.startswith("refused")] == [
        "kept True",
        "cut loose True",
    ]
