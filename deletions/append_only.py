"""The record in the database itself: its rows can be added, and neither changed nor removed.

Only the links of a row may become empty, when what they lead to is removed. Triggers of both databases; they
are out of the way while migrations run, and made anew afterwards.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from deletions.models import AuditEntry

TABLE = AuditEntry._meta.db_table
LINKS = ("by_id", "server_id", "deletion_id")
WORDS = "The audit is append-only"

SQLITE = {
    "audit_is_never_changed": "BEFORE UPDATE OF {others} ON {table}",
    "audit_links_only_end": "BEFORE UPDATE OF {links} ON {table} WHEN {moved}",
    "audit_is_never_deleted": "BEFORE DELETE ON {table}",
}
POSTGRES = {
    "audit_is_never_changed": "BEFORE UPDATE ON {table} FOR EACH ROW",
    "audit_is_never_deleted": "BEFORE DELETE ON {table} FOR EACH ROW",
    "audit_is_never_emptied": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}
FUNCTION = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NOT ({moved}) AND to_jsonb(NEW) - '{{{links}}}'::text[]
        IS NOT DISTINCT FROM to_jsonb(OLD) - '{{{links}}}'::text[] THEN RETURN NEW;
    END IF;
    RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def guard(using: str = "default", **kwargs: Any) -> None:
    """Nothing can be changed from now on. Once or many times is the same."""
    release(using)
    connection = connections[using]
    for statement in _statements(connection) if _is_there(connection) else []:
        _run(connection, statement)


def release(using: str = "default", **kwargs: Any) -> None:
    """For migrations; and for tests, which empty every table."""
    connection = connections[using]
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    for name in {**SQLITE, **POSTGRES} if _is_there(connection) else ():
        _run(connection, f"DROP TRIGGER IF EXISTS {name}{on_table}")


def _is_there(connection: BaseDatabaseWrapper) -> bool:
    return TABLE in connection.introspection.table_names()


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        function = FUNCTION.format(moved=_moved("IS DISTINCT FROM"), links=",".join(LINKS), words=WORDS)
        refusal = "EXECUTE FUNCTION audit_is_append_only()"
        return [function, *_triggers(POSTGRES, refusal, {})]
    columns = {"others": ", ".join(_columns(connection)), "links": ", ".join(LINKS)}
    refusal = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return _triggers(SQLITE, refusal, {**columns, "moved": _moved("IS NOT")})


def _triggers(triggers: dict[str, str], refusal: str, words: dict[str, str]) -> list[str]:
    return [
        f"CREATE TRIGGER {name} {when.format(table=TABLE, **words)} {refusal}"
        for name, when in triggers.items()
    ]


def _moved(differs: str) -> str:
    """Whether a link leads elsewhere now, and not merely nowhere."""
    return " OR ".join(f"(NEW.{link} IS NOT NULL AND NEW.{link} {differs} OLD.{link})" for link in LINKS)


def _columns(connection: BaseDatabaseWrapper) -> list[str]:
    """As the table has them now, which may be in the middle of the migrations."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, TABLE)
    return [f'"{column.name}"' for column in found if column.name not in LINKS]


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
