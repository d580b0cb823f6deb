"""From SQLite to PostgreSQL, or from one PostgreSQL to another."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from accounts.errors import Refused
from accounts.models import Installation, PlexServer, User
from plaxe import copying, databases
from plaxe.data_folder import only_one

SCHEMES = ("postgres://", "postgresql://")


def move_to(where: str) -> int:
    """How many rows were copied. Raises Refused, or ImproperlyConfigured while Plaxe runs."""
    configuration = databases.postgres(_url(where), name="The address")
    del configuration["OPTIONS"]["pool"]  # for one connection it only delays what goes wrong
    with only_one(settings.PLAXE_DATA_DIR), databases.opened(configuration) as other:
        try:
            _refuse_used(other)
            call_command("migrate", database=other, interactive=False, verbosity=0)
            return copying.replace_all("default", other)
        except DatabaseError as error:
            raise Refused(f"That database cannot be used: {' '.join(str(error).split())}") from None


def _url(where: str) -> str:
    """On the command line everybody on the machine can read it; in a file he cannot."""
    path = Path(where)
    url = path.read_text(encoding="utf-8").strip() if "://" not in where and path.is_file() else where
    if not url.startswith(SCHEMES):
        raise Refused("Name the database as postgres://user:password@host/name, or a file that holds that.")
    return url


def _refuse_used(other: str) -> None:
    """Another Plaxe, or this one, may live there already."""
    there = connections[other].introspection.table_names()
    lived_in = [model for model in (Installation, User, PlexServer) if model._meta.db_table in there]
    if any(model._base_manager.using(other).exists() for model in lived_in):
        raise Refused("In that database is a Plaxe already. Name an empty one.")
