"""A process of its own that syncs a server and reads its history: started, killed and weighed by tests.

`python first_reading.py URL TOKEN`, with a data folder in the environment.
"""

import json
import os
import re
import resource
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

sys.path.insert(0, str(Path(__file__).parent.parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "plaxe.settings"


class NoMigrations(dict[str, None]):
    """Tables straight from the models."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def main(url: str, token: str) -> None:
    settings.MIGRATION_MODULES = NoMigrations()
    django.setup()
    from accounts.models import PlexServer  # noqa: PLC0415 -- models want Django set up
    from media.sources import history  # noqa: PLC0415
    from media.sync import sync_server  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
    server = PlexServer.objects.first()
    if server is None:
        server = factories.server(url=url, token=token)
        for viewer in (factories.owner, factories.bob, factories.carol):
            viewer(on=server)
        sync_server(server, timezone.now())
    report = history.read(server, server.connect(), timezone.now())
    sys.stdout.write(json.dumps({"rows": report.rows, "complete": report.complete, "megabytes": megabytes()}))


def megabytes() -> int:
    """The most this process had. Not `ru_maxrss` where it can be helped: that begins with the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(peak) // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
