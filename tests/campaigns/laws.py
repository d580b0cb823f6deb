"""Every law of deletion with the edit by hand that breaks it, and the campaign that must fail then."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CONTRACT, FILES = "deletions/contract.py", "deletions/files.py"
ELSEWHERE = "tests/deletions/test_any_server.py::test_{}"
VETO = "tests/campaigns/test_vetoes.py::test_one_reason_is_enough[{}]"
GOES = "tests/campaigns/test_vetoes.py::test_without_a_reason_they_go_and_nothing_else_does[{}]"
FAULT = (
    "tests/campaigns/test_faults.py::"
    "test_whatever_befalls_an_exchange_the_row_says_what_happened_and_no_claim_deletes_twice[{}]"
)
REBUILT = "tests/test_rebuilt.py::test_a_view_{}"
KEYED = "from_before_a_rebuild_that_is_read_after_it_is_no_view_of_what_has_the_key_now[movie-1-alike]"
KILL = (
    "tests/campaigns/test_kills.py::"
    "test_a_worker_killed_while_its_delete_is_on_its_way_is_settled_by_what_the_server_says"
)


class Misfit(Exception):  # noqa: N818
    """The code is not what the edit was made for."""


class Edit(Protocol):
    @property
    def file(self) -> str: ...

    def of(self, text: str) -> str:
        """The edited text. Raises Misfit."""


@dataclass(frozen=True)
class Mute:
    """A function answers at once."""

    file: str
    function: str
    answer: str = "None"

    def of(self, text: str) -> str:
        head = re.compile(rf"^( *)def {self.function}\(.*?\) -> [^\n]*:\n", re.DOTALL | re.MULTILINE)
        if len(head.findall(text)) != 1:
            raise Misfit(f"{self.file} does not have one function {self.function}")
        return head.sub(lambda found: f"{found[0]}{found[1]}    return {self.answer}\n", text)

    def __str__(self) -> str:
        return f"`{self.function}` in `{self.file}` answers `{self.answer}` at once"


@dataclass(frozen=True)
class Swap:
    """Some words are replaced by others."""

    file: str
    old: str
    new: str

    def of(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise Misfit(f"{self.file} does not have once: {self.old}")
        return text.replace(self.old, self.new)

    def __str__(self) -> str:
        old, new = (" ".join(words.split()) for words in (self.old, self.new))
        return f"in `{self.file}`: `{old}` becomes {f'`{new}`' if new else 'nothing'}"


@dataclass(frozen=True)
class Law:
    name: str
    says: str
    edit: Edit
    test: str

    def broken(self, root: Path) -> str:
        """The text of its file without it."""
        return self.edit.of((root / self.edit.file).read_text())


def contract(function: str, says: str, veto: str, *, file: str = CONTRACT) -> Law:
    return Law(function, says, Mute(file, function), VETO.format(veto))


AT_THE_TRIGGER = [
    contract("same_key", "Nothing is asked under a key that the title no longer has.",
             "it_has_another_date_and_then_another_key"),
    contract("not_cancelled", "What was cancelled as another row stays.", "it_was_cancelled_as_another_row"),
    contract("library_whole", "The listing of its library has not just collapsed.",
             "much_of_its_library_is_suddenly_missing"),
    contract("same_server", "It is the same server.", "another_server_answers_by_now"),
    contract("same_libraries", "Its libraries are those that were known.", "its_libraries_are_others_by_now"),
    contract("deletion_allowed", "Deletion is allowed on the server.", "deletion_is_switched_off"),
    contract("nobody_is_playing", "Nobody is playing it.", "somebody_plays_it"),
    contract("not_elsewhere", "What has another key is not gone.", "it_has_another_key"),
    contract("same_title", "Type and guid are as when it was queued.",
             "its_key_names_another_title_that_all_have_seen"),
    contract("same_library", "It is in the library that it was in.", "it_was_moved_to_another_library"),
    contract("known_anew", "What Plex says of it today is what counts.", "it_was_added_after_it_was_seen"),
    contract("same_names", "Its name, edition and external ids are as when it was queued.",
             "it_has_another_name_by_now"),
    contract("versions_settled", "Of several versions none goes until somebody chooses.",
             "it_has_always_had_two_versions", file=FILES),
    contract("same_files", "Its files and their sizes are as when it was queued.", "its_file_was_replaced",
             file=FILES),
    contract("siblings_known", "Which episodes are in its file is asked, not remembered.",
             "another_episode_is_in_its_file_by_now"),
    contract("twins_known", "Whether another library has it in the same file is asked, not remembered.",
             "the_same_film_is_in_another_library_by_now", file="deletions/twins.py"),
    contract("not_kept", "What carries the label stays.", "it_carries_the_label_keep"),
    contract("complete", "Everybody had seen it before its time began.",
             "bob_must_see_it_too_and_has_just_marked_it"),
    contract("viewers_still_say_so", "Whoever must see it still says to have seen it.",
             "carol_has_marked_it_unwatched"),
    contract("trash_takes_it", "Where files go to the trash, none is deleted for good.",
             "the_trash_is_nowhere_near", file=FILES),
    contract("neighbours_agree", "Two titles in one file go together or not at all.",
             "the_other_title_in_its_file_is_kept"),
    contract("nobody_has_begun_it", "Nobody has begun it while all this was read.",
             "somebody_begins_it_at_the_last_moment"),
]  # fmt: skip

WHO_HAS_SEEN_IT = [
    Law("nobody", "No covering assignment, no deletion: all of nobody is not all.",
        Swap("media/models/library.py", "return self.covered().seen_by_enough(quorum)",
             "return self.leaves().seen_by_enough(quorum)"),
        VETO.format("nobody_must_see_it_any_more")),
    Law("levels", "Whoever must see the season or the show must see its episodes.",
        Swap("media/models/completeness.py", '[OuterRef("pk"), OuterRef("parent"), OuterRef("show")]',
             '[OuterRef("pk")]'),
        VETO.format("mia_must_see_the_whole_show")),
    Law("added", "Only a view after it was added counts.",
        Swap("media/models/watches.py", "last_viewed_at__gt=since, withdrawn_at=None",
             "last_viewed_at__isnull=False, withdrawn_at=None"),
        VETO.format("frank_alone_had_seen_it_before_it_was_added")),
    Law("half_way", "Nobody assigned is half-way through it, also where others are enough.",
        Mute("deletions/witnesses.py", "half_way", '""'),
        VETO.format("carol_has_begun_it_again_where_one_is_enough")),
    Law("unknown", "Unknown holds.",
        Swap("deletions/witnesses.py",
             'return _("Whether %(who)s still says to have seen it is not known: '
             '%(why)s", who=viewer, why=why)',
             'return ""'),
        VETO.format("carol_has_marked_it_unwatched_and_cannot_be_asked")),
    Law("elsewhere", "Who has seen it on another server is asked there.",
        Mute("deletions/witnesses.py", "_hear_elsewhere", '""'),
        ELSEWHERE.format("a_copy_waits_while_the_server_on_which_somebody_saw_it_cannot_be_asked")),
    Law("same_work", "Titles on two servers are one work by guid and outside ids only.",
        Swap("media/counterparts.py",
             " or any(self.external_ids[k] != other.external_ids[k] for k in shared):", ":"),
        ELSEWHERE.format("one_outside_id_that_differs_speaks_against_it")),
    Law("owner", "The owner is account 1 on the server and another number at plex.tv.",
        Swap("accounts/models/servers.py", "return self.owner.plex_id", "return account_id"),
        "tests/campaigns/test_vetoes.py::"
        "test_the_owners_number_on_the_server_is_another_than_at_plex_tv[film]"),
    Law("keyed", "What was viewed under a key before a title is known to have it is no view of it.",
        Mute("media/watching.py", "had_no_such_key", "False"),
        REBUILT.format(KEYED)),
    Law("keyed_anew", "A title that has the key of another has it since that is known.",
        Swap("media/sync/store.py", "item, keyed_at = None, self._now", "item, keyed_at = None, None"),
        "tests/media/test_rebuilt.py::test_a_title_that_has_the_key_of_one_that_is_gone_has_none_of_its_views"),
    Law("keyed_again", "A title that is known again under another key has it since that is known.",
        Swap("media/sync/merging.py", "old.keyed_at = new.keyed_at or new.first_seen_at", "pass"),
        REBUILT.format(KEYED)),
    Law("checked", "Whoever cannot be asked is believed only when Plex was asked whose key it was.",
        Mute("media/sync/checking.py", "doubtful", "set()"),
        REBUILT.format("of_a_title_that_had_the_key_for_a_while_is_no_view_of_it[movie-alike]")),
    Law("family", "Nobody is playing its season or its show.",
        Swap(CONTRACT, "return is_of_show and Policy.load().playing_holds_show", "return False"),
        VETO.format("somebody_plays_another_episode_of_its_show")),
]  # fmt: skip

WHAT_IS_SAID = [
    Law("sticky", "Cancel is sticky.",
        Mute("deletions/models/deletion.py", "declined", "self.none()"),
        VETO.format("it_was_cancelled")),
    Law("claim", "What was cancelled is not claimed.",
        Swap("deletions/models/deletion.py", "expect=(Status.SCHEDULED, Status.HELD), **fields",
             "expect=Status, **fields"),
        VETO.format("it_is_cancelled_when_the_pass_has_begun")),
    Law("still_not_kept", "What somebody protects stays.",
        Mute(CONTRACT, "still_not_kept"), VETO.format("it_is_protected")),
    Law("at_last", "What is protected at the last moment stays.",
        Swap("deletions/execution/single.py", " or contract.still_not_kept(deletion):", ":"),
        VETO.format("it_is_protected_at_the_last_moment")),
    Law("labels_above", "The label on the season or the show counts.",
        Mute("deletions/keeping.py", "_keys_above", "[]"), VETO.format("its_show_carries_the_label_keep")),
    Law("verb", "What does not pass by itself waits for a verb.",
        Swap("deletions/models/states.py", "PASSING = (", "PASSING = (Hold.CHANGED,"),
        VETO.format("its_file_was_another_for_a_while")),
    Law("rekeyed", "A deletion follows its title to another key only if all else is as it was.",
        Mute("deletions/snapshot.py", "is_same_but_for_key", "True"),
        VETO.format("it_has_another_key_and_another_file")),
    Law("dry_run", "In a dry run nothing is deleted.",
        Swap("deletions/execution/single.py",
             "_note_dry_run(deletion, now) if Policy.of(deletion.server).dry_run else _remove(", "_remove("),
        VETO.format("it_is_a_dry_run")),
    Law("own_dry_run", "Of two dry runs, that for all and the server's own, either counts.",
        Swap("deletions/models/policy.py", "dry_run=self.dry_run or own.dry_run", "dry_run=self.dry_run"),
        VETO.format("its_server_has_a_dry_run_of_its_own")),
    Law("delay", "Nothing goes before its time.",
        Swap("deletions/models/deletion.py", "passing & for_server, scheduled_for__lte=now)",
             "passing & for_server)"),
        VETO.format("it_has_not_waited_long_enough")),
    Law("space", "Where room is to be kept, nothing goes while there is enough.",
        Mute("deletions/space/room.py", "_gauge"), VETO.format("there_is_room_enough")),
]  # fmt: skip

WHAT_STOPS_ALL = [
    Law("brake", "Too much at once waits for one approval.",
        Mute("deletions/brake.py", "pulled", '""'), VETO.format("too_much_goes_at_once")),
    Law("clock", "What a clock that was set makes due waits for one approval.",
        Mute("deletions/brake.py", "clock_was_set", '""'), VETO.format("the_clock_was_set")),
    Law("history", "A history that shrank holds everything.",
        Mute("deletions/alarms.py", "_of_history", '""'), VETO.format("the_history_has_shrunk")),
    Law("doubt", "While a second look must say whether the history has shrunk, nothing goes.",
        Mute("deletions/alarms.py", "doubted"), VETO.format("the_history_may_have_shrunk")),
    Law("damage", "A damaged database holds everything.",
        Mute("deletions/alarms.py", "_of_damage", '""'), VETO.format("the_database_is_damaged")),
    Law("restore", "After a restore everything waits for the owner.",
        Mute("deletions/restored.py", "alarm", '""'), VETO.format("plaxe_was_restored")),
]  # fmt: skip

THE_DELETE = [
    Law("one_item", "One item per DELETE, never a season or a show.",
        Swap("deletions/removal/plex.py", "self.client.delete(self.deletion.rating_key)",
             "item = self.deletion.item\n"
             "        above = item.parent if item else None\n"
             "        self.client.delete(above.rating_key if above else self.deletion.rating_key)"),
        GOES.format("episode")),
    Law("one_version", "Of several versions only the chosen one goes.",
        Swap("deletions/removal/__init__.py", "(OneVersion if deletion.version else WholeTitle)",
             "WholeTitle"),
        "tests/campaigns/test_vetoes.py::test_of_two_versions_only_the_chosen_one_goes[two_versions]"),
    Law("intend", "At most one DELETE is sent for each claim, and none without one.",
        Swap("deletions/models/deletion.py", "won = unsent.update(deletes_sent",
             "won = Deletion.objects.filter(pk=self.pk).update(deletes_sent"),
        VETO.format("it_is_cancelled_at_the_last_moment")),
    Law("once", "What was not answered is not sent again.",
        Swap("deletions/execution/single.py", "deletion.answered(way.act())",
             "deletion.answered(way.act() and way.act())"),
        FAULT.format("film-connection")),
    Law("proof", "That it is gone is proved by asking, never by the answer.",
        Swap("deletions/removal/plex.py", "gone, error = self._is_gone(), self._error",
             "gone, error = self._error is None, self._error"),
        FAULT.format("film-answer")),
    Law("no_list", "After an error one 404 is no proof: no list may have it either.",
        Mute("deletions/removal/plex.py", "_is_in_no_list", "True"),
        "tests/deletions/test_settled.py::"
        "test_after_an_error_one_404_is_no_proof_where_a_list_has_the_title[reset-0]"),
    Law("words", "A refusal is a failure, and says what to do.",
        Swap("deletions/removal/plex.py", "if gone is False and error and error.status in ADVICE:",
             "if gone is False and error and error.status == 0:"),
        FAULT.format("film-status")),
    Law("settle", "What a worker left behind is settled by looking, never by doing it again.",
        Swap("deletions/execution/single.py", "return _record(deletion, way, way.found(), now)",
             "deletion.answered(way.act())\n    return _record(deletion, way, way.verdict(), now)"),
        KILL),
    Law("settled_as_itself", "It is settled by what the server says of the title itself, not by its key.",
        Mute("deletions/snapshot.py", "is_of", "True"),
        "tests/deletions/test_settled.py::test_it_is_gone_although_its_key_is_anothers_by_now[False]"),
    Law("abandoned", "What a worker left behind is looked at again.",
        Swap("deletions/execution/passes.py", "rows = [*_abandoned(server, now), *_due(server, now)]",
             "rows = _due(server, now)"),
        KILL),
    Law("all_or_nothing", "All files of a title go to the trash, or none.",
        Swap("deletions/removal/quarantine.py",
             "            with suppress(Obstacle):\n                take_back(file)\n",
             "            pass\n"),
        "tests/campaigns/test_trash_kills.py::"
        "test_a_worker_killed_while_it_moves_a_title_leaves_it_whole_and_the_next_one_moves_it"),
    Law("audit", "The record outlives all that it speaks of.",
        Swap("deletions/models/audit.py", '"deletions.Deletion", models.SET_NULL',
             '"deletions.Deletion", models.CASCADE'),
        "tests/deletions/test_audit.py::test_an_entry_outlives_all_that_it_speaks_of"),
]  # fmt: skip

ALL = [*AT_THE_TRIGGER, *WHO_HAS_SEEN_IT, *WHAT_IS_SAID, *WHAT_STOPS_ALL, *THE_DELETE]
