"""What was written down in English is read in the language of whoever reads it."""

import json
import pickle
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from accounts import wording
from accounts.errors import Refused
from accounts.wording import Sentence, counted, moment, say, sentence, together, told

PLAYING = "%(who)s is playing %(title)s."


def in_german(text: str) -> str:
    with translation.override("de"):
        return say(text)


def test_a_sentence_is_english_to_whatever_takes_it_for_a_text() -> None:
    with translation.override("de"):
        said = sentence(PLAYING, who="Mia", title="Heron Lake")
    assert said == "Mia is playing Heron Lake."
    assert json.dumps([said]) == '["Mia is playing Heron Lake."]'


def test_a_page_says_it_in_the_language_of_its_reader_and_escaped() -> None:
    said = sentence(PLAYING, who="<b>Mia</b>", title="Heron Lake")
    with translation.override("de"):
        page = Template("{{ said }}").render(Context({"said": said}))
    assert page == "&lt;b&gt;Mia&lt;/b&gt; sieht gerade Heron Lake."


def test_a_sentence_within_a_sentence_is_said_in_the_same_language() -> None:
    outer = sentence("It cannot be moved to the trash: %(why)s", why=sentence(PLAYING, who="Mia", title="x"))
    assert outer == "It cannot be moved to the trash: Mia is playing x."
    assert in_german(outer) == "Es kann nicht in den Papierkorb verschoben werden: Mia sieht gerade x."


def test_one_and_many_are_told_apart() -> None:
    one, two = (counted("%(n)s day", "%(n)s days", n) for n in (1, 2))
    assert (one, two) == ("1 day", "2 days")
    assert (in_german(one), in_german(two)) == ("1 Tag", "2 Tage")


def test_several_are_one_text_and_what_is_no_sentence_stays_as_it_is() -> None:
    words = together(["", "As it is.", sentence("It is still there.")])
    assert words == "As it is. It is still there."
    assert in_german(words) == "As it is. Es ist noch da."
    assert together(["", ""]) == ""


def test_a_moment_is_said_in_the_zone_of_its_reader() -> None:
    said = sentence(
        "%(who)s is playing %(title)s.", who="Mia", title=moment(datetime(2026, 1, 2, 23, 30, tzinfo=UTC))
    )
    assert said == "Mia is playing 2026-01-02 23:30 UTC."
    with timezone.override("Europe/Berlin"):
        assert in_german(said) == "Mia sieht gerade 03.01.2026 00:30."


def test_an_exception_keeps_what_it_says() -> None:
    assert in_german(told(ValueError(sentence("It is still there.")))) == "Es ist noch da."
    assert told(ValueError("plain")) == "plain"


@pytest.mark.parametrize(
    "said", [{"id": PLAYING, "names": {"who": "Mia"}}, {"id": 7}, {}, {"at": "yesterday"}, 5, []]
)
def test_what_another_version_has_written_is_read_in_english(said: object) -> None:
    assert in_german(Sentence("Mia is playing it.", said)) == "Mia is playing it."  # type: ignore[arg-type]


def test_what_is_stored_is_read_again() -> None:
    said = sentence(PLAYING, who="Mia", title="Heron \x1e Lake")
    read = wording._read(wording._stored(said))
    assert in_german(read) == in_german(said)
    assert "\x1e" not in read


@pytest.mark.parametrize("stored", ["", "An old row.", "An old row.\x1enot json"])
def test_an_old_row_says_what_it_says(stored: str) -> None:
    assert in_german(wording._read(stored)) == stored


def test_a_value_in_turn_and_a_text_that_waits_for_its_language_are_said_too() -> None:
    with translation.override("de"):
        said = sentence(gettext_lazy("The delay is %s."), "9d")
    assert said == "The delay is 9d."
    assert in_german(said) == in_german(sentence("The delay is %s.", "9d")) != said


def test_a_refusal_is_told_in_the_language_of_the_reader_and_written_down_in_english() -> None:
    refusal = Refused(sentence(PLAYING, who="Mia", title="Heron Lake"))
    assert str(refusal) == "Mia is playing Heron Lake."
    with translation.override("de"):
        assert str(refusal) == "Mia sieht gerade Heron Lake."
        assert told(refusal) == "Mia is playing Heron Lake."


def test_a_sentence_goes_through_the_cache_and_to_other_processes() -> None:
    said = pickle.loads(pickle.dumps(sentence(PLAYING, who="Mia", title="Heron Lake")))
    assert said == "Mia is playing Heron Lake."
    assert in_german(said) == "Mia sieht gerade Heron Lake."
