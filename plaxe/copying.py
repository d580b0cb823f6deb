"""All rows of one database into another, as they are: what is encrypted stays encrypted.

Who is signed in is left out: everybody signs in anew.
"""

from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import connections, models, transaction

from accounts.errors import Refused
from deletions import append_only

BATCH = 500
Model = type[models.Model]


def tables() -> list[Model]:
    return [model for model in apps.get_models(include_auto_created=True) if model is not Session]


def replace_all(source: str, target: str) -> int:
    """How many rows the target has now: those of the source, all of them or what it had before."""
    with transaction.atomic(using=target):  # until whose end no link is checked
        append_only.release(using=target)
        _empty(target)
        count = sum(_copy(model, source, target) for model in tables())
        _number_on(target)
        append_only.guard(using=target)
        compare(source, target)
    return count


def compare(source: str, target: str) -> None:
    """Row by row. Raises Refused where one differs."""
    for model in tables():
        for ours, theirs in zip_longest(_rows(model, source), _rows(model, target)):
            if ours != theirs:
                row = (ours or theirs or ["?"])[0]
                raise Refused(f"Row {row} of {model._meta.db_table} did not arrive as it was.")


def _empty(target: str) -> None:
    connection = connections[target]
    with connection.cursor() as cursor:
        every: list[Model] = [*tables(), Session]
        for model in every:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _copy(model: Model, source: str, target: str) -> int:
    connection, count = connections[target], 0
    fields = model._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    rows = _rows(model, source)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(into, [_prepared(fields, row, connection) for row in batch])
            count += len(batch)
    return count


def _rows(model: Model, alias: str) -> Iterator[list[Any]]:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)
    for row in rows.iterator(BATCH):
        yield [bytes(value) if isinstance(value, memoryview) else value for value in row]


def _prepared(fields: Any, row: list[Any], connection: Any) -> list[Any]:
    return [
        field.get_db_prep_save(value, connection=connection) for field, value in zip(fields, row, strict=True)
    ]


def _number_on(target: str) -> None:
    """New rows get numbers after those that were copied."""
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
