"""What must keep a title that everybody has seen and that is due: each time one reason, and no other.

Each says how the row must end, which is the hold, or the status of what is not held.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Job, PlexServer
from deletions import protecting, queue
from deletions.models import Hold, OwnPolicy, Status
from deletions.space import rules
from media import sources
from media.keeping import Rule
from media.models import Assignment, MediaItem
from media.sources import history
from plexclient.demo import Fault
from plexclient.demo.history import History
from tests.campaigns.meanwhile import FIRST_LOOK, LAST_LOOK, PASS_HAS_BEGUN, TITLE_IS_READ, Moment
from tests.campaigns.stage import SIZE, Shelve, Stage, episode, film, two_films, two_in_one_file, two_versions
from tests.neighbourhood import LAST_MONTH, assign, known

Happen = Callable[[Stage], None]
DAY = timedelta(days=1)
MANY = 11  # more than may vanish from a listing at once


@dataclass(frozen=True)
class Veto:
    happen: Happen
    end: str
    shelve: Shelve
    moment: Moment | None

    def __str__(self) -> str:
        return self.happen.__name__

    @contextmanager
    def on(self, on: Stage) -> Iterator[None]:
        """Around a pass: before it, or in the middle."""
        if self.moment:
            with self.moment.sees(lambda: self.happen(on)):
                yield
        else:
            self.happen(on)
            yield


VETOES: list[Veto] = []


def veto(
    end: Hold | Status, *, shelve: Shelve = film, moment: Moment | None = None
) -> Callable[[Happen], Happen]:
    def listed(happen: Happen) -> Happen:
        VETOES.append(Veto(happen, end, shelve, moment))
        return happen

    return listed


def title_of(on: Stage) -> MediaItem:
    return known(on.titles[0])


# --- who has seen it


@veto(Hold.UNWATCHED)
def carol_has_marked_it_unwatched(on: Stage) -> None:
    on.world.mark_unwatched(on.world.person("carol"), on.titles[0])


@veto(Hold.UNWATCHED)
def ned_has_marked_it_unwatched(on: Stage) -> None:
    on.world.mark_unwatched(on.world.person("ned"), on.titles[0])


@veto(Hold.HALF_PLAYED)
def carol_has_begun_it_again(on: Stage) -> None:
    on.world.play(on.world.person("carol"), on.titles[0], fraction=0.5)


@veto(Hold.HALF_PLAYED)
def carol_has_begun_it_again_where_one_is_enough(on: Stage) -> None:
    MediaItem.objects.filter(pk=title_of(on).pk).update(quorum=1)
    carol_has_begun_it_again(on)


@veto(Hold.STATE)
def carol_has_marked_it_unwatched_and_cannot_be_asked(on: Stage) -> None:
    carol_has_marked_it_unwatched(on)
    on.world.faults.add(Fault("status", path_pattern="^/library/metadata/", after=1))


@veto(Hold.UNWATCHED)
def nobody_must_see_it_any_more(on: Stage) -> None:
    Assignment.objects.all().delete()


@veto(Hold.UNWATCHED, shelve=episode)
def mia_must_see_the_whole_show(on: Stage) -> None:
    season = on.titles[0].parent
    assert season
    assert season.parent
    assign(season.parent, "mia")


@veto(Hold.UNWATCHED)
def bob_must_see_it_too_and_has_just_marked_it(on: Stage) -> None:
    """From when that is known its time begins anew."""
    assign(on.titles[0], "bob")
    on.world.mark_watched(on.world.person("bob"), on.titles[0])


@veto(Hold.UNWATCHED)
def it_was_added_after_it_was_seen(on: Stage) -> None:
    on.titles[0].added_at = int((timezone.now() - DAY).timestamp())


@veto(Hold.UNWATCHED)
def frank_alone_had_seen_it_before_it_was_added(on: Stage) -> None:
    """The history is all that is known of him."""
    Assignment.objects.exclude(viewer__name="frank").delete()
    it_was_added_after_it_was_seen(on)


# --- who is watching


@veto(Hold.PLAYING)
def somebody_plays_it(on: Stage) -> None:
    on.world.start_session(on.world.person("bob"), on.titles[0])


@veto(Hold.PLAYING, moment=TITLE_IS_READ)
def somebody_begins_it_at_the_last_moment(on: Stage) -> None:
    somebody_plays_it(on)


@veto(Hold.PLAYING, shelve=episode)
def somebody_plays_another_episode_of_its_show(on: Stage) -> None:
    on.world.start_session(on.world.person("bob"), on.strangers[-1])


# --- whether it is this very title


@veto(Hold.CHANGED)
def its_file_was_replaced(on: Stage) -> None:
    on.titles[0].media[0].parts[0].size += 1


@veto(Hold.CHANGED)
def its_file_was_another_for_a_while(on: Stage) -> None:
    its_file_was_replaced(on)
    on.go()
    on.titles[0].media[0].parts[0].size -= 1


@veto(Hold.VERSIONS)
def it_has_a_second_version(on: Stage) -> None:
    on.world.add_version(on.titles[0])


@veto(Hold.VERSIONS, shelve=two_versions)
def it_has_always_had_two_versions(on: Stage) -> None:
    """Nothing need happen."""


@veto(Hold.CHANGED)
def its_key_names_another_title_that_all_have_seen(on: Stage) -> None:
    on.titles[0].guid = "plex://movie/another"
    on.is_seen(on.titles[0])


@veto(Hold.CHANGED)
def it_has_another_name_by_now(on: Stage) -> None:
    on.titles[0].title = "Heron Lakes"


@veto(Hold.CHANGED)
def it_was_moved_to_another_library(on: Stage) -> None:
    on.titles[0].section = on.world.add_section("More films")


@veto(Hold.REKEYED)
def it_has_another_key(on: Stage) -> None:
    title, items = on.titles[0], on.world.server.items
    del items[title.rating_key]
    title.rating_key = str(on.world.server.next_id())
    items[title.rating_key] = title
    on.world.server.touch(title.section)


@veto(Hold.REKEYED)
def it_has_another_date_and_then_another_key(on: Stage) -> None:
    on.titles[0].added_at -= 3600
    on.sync()
    it_has_another_key(on)
    on.sync()


@veto(Hold.CHANGED)
def it_has_another_key_and_another_file(on: Stage) -> None:
    it_has_another_key(on)
    its_file_was_replaced(on)
    on.sync()
    on.enqueue()


@veto(Hold.NEIGHBOUR, shelve=two_in_one_file)
def the_other_title_in_its_file_is_kept(on: Stage) -> None:
    protecting.protect([known(on.titles[1])], timezone.now())


@veto(Hold.NEIGHBOUR, shelve=episode)
def another_episode_is_in_its_file_by_now(on: Stage) -> None:
    [title] = on.titles
    assert title.parent
    on.world.add_episode(title.parent, file=title.files[0], size=SIZE)


@veto(Hold.NEIGHBOUR)
def the_same_film_is_in_another_library_by_now(on: Stage) -> None:
    [title] = on.titles
    library = on.world.add_section("More films")
    on.world.add_movie(title.title, section=library, file=title.files[0], size=SIZE)


# --- whether it is this very server, and all is well there


@veto(Hold.DELETION_OFF)
def deletion_is_switched_off(on: Stage) -> None:
    on.world.server.allow_media_deletion = False


@veto(Hold.UNREADABLE)
def much_of_its_library_is_suddenly_missing(on: Stage) -> None:
    films = [on.world.add_movie(f"Salt Road {part}", added_at=LAST_MONTH) for part in range(MANY)]
    on.sync()
    for each in films:
        on.world.delete(each)
    on.sync()


@veto(Hold.WRONG_SERVER)
def another_server_answers(on: Stage) -> None:
    on.world.server.machine_identifier = "machine-2"


@veto(Hold.WRONG_SERVER, moment=FIRST_LOOK)
def another_server_answers_by_now(on: Stage) -> None:
    another_server_answers(on)


@veto(Hold.SECTIONS)
def its_libraries_are_others(on: Stage) -> None:
    for section in on.world.server.sections:
        section.uuid = section.uuid[::-1]


@veto(Hold.SECTIONS, moment=FIRST_LOOK)
def its_libraries_are_others_by_now(on: Stage) -> None:
    its_libraries_are_others(on)


@veto(Hold.HISTORY)
def the_history_has_shrunk(on: Stage) -> None:
    on.world.server.history = History()
    for minutes in (0, 30):
        sources.poll(on.server, timezone.now() + timedelta(minutes=minutes))


@veto(Hold.DOUBT)
def the_history_may_have_shrunk(on: Stage) -> None:
    on.world.server.history = History()
    sources.poll(on.server, timezone.now())


@veto(Hold.DOUBT, moment=FIRST_LOOK)
def the_history_may_have_shrunk_by_now(on: Stage) -> None:
    on.world.server.history = History()
    history.read(on.server, on.server.connect(), timezone.now())


@veto(Hold.DAMAGED)
def the_database_is_damaged(on: Stage) -> None:
    on.server.distrust(timezone.now())


@veto(Hold.RESTORED)
def plaxe_was_restored(on: Stage) -> None:
    PlexServer.objects.update(restored_from=timezone.now())


@veto(Hold.BRAKE, shelve=two_films)
def too_much_goes_at_once(on: Stage) -> None:
    on.choose(PLAXE_BRAKE_ITEMS=1)


@veto(Hold.BRAKE)
def the_clock_was_set(on: Stage) -> None:
    on.choose(PLAXE_DRY_RUN=True)
    on.go()
    on.choose(PLAXE_DRY_RUN=False)
    Job.objects.update(started_at=F("started_at") - DAY)


# --- what somebody has said


@veto(Hold.KEPT)
def it_carries_the_label_keep(on: Stage) -> None:
    on.titles[0].labels.append("Keep")


@veto(Hold.KEPT, shelve=episode)
def its_show_carries_the_label_keep(on: Stage) -> None:
    [*on.titles[0].lineage()][-1].labels.append("Keep")


@veto(Hold.KEPT)
def it_is_protected(on: Stage) -> None:
    protecting.protect([title_of(on)], timezone.now())


@veto(Hold.KEPT, moment=LAST_LOOK)
def it_is_protected_at_the_last_moment(on: Stage) -> None:
    it_is_protected(on)


@veto(Hold.KEPT, shelve=episode)
def it_is_one_of_the_newest_of_its_show(on: Stage) -> None:
    show = title_of(on).show
    assert show
    protecting.keep(show, Rule(newest=2), timezone.now())


@veto(Status.CANCELLED)
def it_was_cancelled(on: Stage) -> None:
    queue.cancel(on.rows().get(), timezone.now())
    on.enqueue()


@veto(Hold.REKEYED)
def it_was_cancelled_as_another_row(on: Stage) -> None:
    row = on.rows().get()
    row.pk, row.status, row.finished_at = None, Status.CANCELLED, timezone.now()
    row.save()


@veto(Status.CANCELLED, moment=PASS_HAS_BEGUN)
def it_is_cancelled_when_the_pass_has_begun(on: Stage) -> None:
    it_was_cancelled(on)


@veto(Status.CANCELLED, moment=LAST_LOOK)
def it_is_cancelled_at_the_last_moment(on: Stage) -> None:
    it_was_cancelled(on)


@veto(Status.SCHEDULED)
def it_has_not_waited_long_enough(on: Stage) -> None:
    on.rows().delete()
    on.choose(PLAXE_DELETION_DELAY=DAY)
    on.enqueue()


@veto(Status.SCHEDULED)
def it_is_a_dry_run(on: Stage) -> None:
    on.choose(PLAXE_DRY_RUN=True)


@veto(Status.SCHEDULED)
def its_server_has_a_dry_run_of_its_own(on: Stage) -> None:
    OwnPolicy.objects.create(server=title_of(on).server, dry_run=True)


@veto(Hold.SPACE)
def there_is_room_enough(on: Stage) -> None:
    rules.limit(title_of(on).section, 10**12, timezone.now())


@veto(Hold.QUARANTINE)
def the_trash_is_nowhere_near(on: Stage) -> None:
    on.choose(PLAXE_QUARANTINE=True)
