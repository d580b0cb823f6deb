"""Where one can go: one list, of which the bar and the tabs of every area are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """`within` it are further ones, the place itself among them."""

    view: str
    name: str | Promise
    icon: str = ""
    within: tuple["Place", ...] = ()
    for_staff: bool = False

    @property
    def url(self) -> str:
        return reverse(self.view)

    def leads_to(self, path: str) -> bool:
        url = self.url
        return path == url if self is DASHBOARD else path.startswith(url)


DASHBOARD = Place("deletions:dashboard", _("Dashboard"), "home")
MAIN = (
    DASHBOARD,
    Place("media:items", _("Media"), "film"),
    Place(
        "deletions:queue", _("Deletions"), "queue",
        within=(
            Place("deletions:queue", _("Queue")),
            Place("deletions:calendar", _("Calendar")),
            Place("deletions:simulation", _("Simulation")),
            Place("deletions:trash", _("Trash")),
            Place("deletions:brake", _("Brake")),
        ),
    ),
    Place("accounts:users", _("Viewers"), "people"),
)  # fmt: skip
MORE = (
    Place("deletions:now", _("Playing now"), "play"),
    Place("media:libraries", _("Libraries"), "shelf"),
    Place("deletions:activity", _("Activity"), "activity"),
    Place("deletions:doctor", _("Doctor"), "doctor"),
    Place(
        "deletions:settings", _("Settings"), "gear",
        within=(
            Place("deletions:settings", _("General")),
            Place("deletions:space", _("Space")),
            Place("accounts:servers", _("Servers")),
            Place("media:webhooks", _("Webhooks")),
        ),
    ),
    Place("admin:index", _("Admin"), "table", for_staff=True),
)  # fmt: skip


def area_of(path: str) -> tuple[Place | None, Place | None]:
    """The place of the bar that a page belongs to, and the tab within: the longest address that fits."""
    fitting = [(place, tab) for place, tab in _everywhere() if tab.leads_to(path)]
    return max(fitting, key=lambda pair: len(pair[1].url), default=(None, None))


def _everywhere() -> Iterator[tuple[Place, Place]]:
    for place in MAIN + MORE:
        for tab in place.within or (place,):
            yield place, tab
