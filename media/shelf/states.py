"""Which titles wait, which are complete, queued or nobody's: a movie by itself, a show by its episodes."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexUser
from media.models import Assignment, MediaItem, keeping
from media.models.completeness import covering, unanswered
from media.models.library import MediaItemQuerySet

EVERY = Q()
STATES = {
    "waiting": _("Waiting"),
    "complete": _("Seen by all"),
    "queued": _("In the queue"),
    "protected": _("Protected"),
    "unassigned": _("Unassigned"),
}


def in_state(items: MediaItemQuerySet, state: str, viewer: PlexUser | None) -> MediaItemQuerySet:
    """Narrowed to a state, to what a viewer must see, or to both. Judges no title before it is its turn."""
    if state == "protected":
        return in_state(items.filter(_is_one_of(protected())), "", viewer)
    if state == "unassigned":
        return items.exclude(_holds(awaited(MediaItem.objects.leaves(), viewer)))
    if state or viewer:
        return items.filter(_holds(_leaves(state, viewer)))
    return items


def awaited(leaves: MediaItemQuerySet, viewer: PlexUser | None = None) -> MediaItemQuerySet:
    """As `covered()`, for a few leaves out of many: asked of each of them."""
    return leaves.filter(Exists(_covering(viewer)))


def queued(leaves: MediaItemQuerySet, which: Q = EVERY) -> MediaItemQuerySet:
    """Leaves with a deletion that is not over."""
    return leaves.filter(which, deletions__isnull=False, deletions__finished_at=None)


def protected() -> MediaItemQuerySet:
    """Leaves that somebody protects, at any level."""
    return MediaItem.objects.leaves().filter(keeping.protected())


def number_of(leaves: MediaItemQuerySet) -> int:
    """How many titles of a shelf they are of."""
    return leaves.values_list(Coalesce(F("show"), F("pk"))).order_by().distinct().count()


def _leaves(state: str, viewer: PlexUser | None) -> MediaItemQuerySet:
    leaves = awaited(MediaItem.objects.leaves(), viewer)
    match state:
        case "waiting" if viewer:
            return leaves.seen_by_too_few().filter(Exists(unanswered().filter(viewer=viewer)))
        case "waiting":
            return leaves.seen_by_too_few()
        case "complete":
            return leaves.seen_by(viewer) if viewer else leaves.seen_by_enough()
        case "queued":
            return queued(leaves if viewer else MediaItem.objects.leaves())
    return leaves


def _is_one_of(leaves: MediaItemQuerySet) -> Q:
    """As `_holds`, from the side of the leaves: where they are few."""
    return Q(pk__in=leaves.values("pk")) | Q(pk__in=leaves.exclude(show=None).values("show"))


def _covering(viewer: PlexUser | None) -> QuerySet[Assignment]:
    return covering().filter(viewer=viewer) if viewer else covering()


def _holds(leaves: MediaItemQuerySet) -> Q:
    """Rows that are one of the leaves, and shows that have one."""
    own, below = (Exists(leaves.filter(**{level: OuterRef("pk")})) for level in ("pk", "show"))
    return Q(own, type__in=MediaItem.LEAVES) | Q(below, type=MediaItem.Type.SHOW)
