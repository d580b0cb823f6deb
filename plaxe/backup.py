"""A copy of all that Plaxe knows, taken while it runs. Its secrets stay closed: keep the key elsewhere."""

import tempfile
from pathlib import Path
from typing import IO

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

MINE = "accounts.change_user"  # only admins have it


def is_possible() -> bool:
    """PostgreSQL has its own tools, which do it better than we could."""
    return connection.vendor == "sqlite"


def copy() -> IO[bytes]:
    """A consistent copy, in a file that goes with its handle."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "plaxe.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        return target.open("rb")


@require_GET
@permission_required(MINE, raise_exception=True)
def download(request: HttpRequest) -> HttpResponseBase:
    if not is_possible():
        messages.error(request, _("On PostgreSQL make the backup with its own tool, pg_dump."))
        return redirect("deletions:settings")
    name = f"plaxe-{timezone.localtime():%Y-%m-%d-%H%M}.sqlite3"
    return FileResponse(copy(), as_attachment=True, filename=name)
