import pytest

from media.titles import LONGEST_WORD, MOST_WORDS, asked_words, order_of, words_of


def is_found(title: str, typed: str) -> bool:
    words = words_of(title)
    return all(any(word.startswith(asked) for word in words) for asked in asked_words(typed))


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("The Blue Hour", "hou blu"),
        ("Amélie", "amelie"),
        ("Amelie", "AMÉLIE"),
        ("Łódź Øre Straße", "lodz ore strasse"),
        ("İstanbul", "istanbul"),
        ("Spider-Man", "spiderman"),
        ("Spider-Man", "spider-m"),
        ("WALL·E", "walle"),
        ("S.W.A.T.", "s.w.a"),
        ("Don’t Look Up", "don't"),  # noqa: RUF001
        ("Don't Look Up", "dont look"),
        ("千と千尋の神隠し", "千尋"),
        ("ドラえもん", "えもん"),
        ("기생충", "기생"),
        ("ก็ได้", "ได้"),
        ("हिन्दी फ़िल्म", "हिन्दी"),
        ("ليلة طويلة", "طوي"),
        ("لَيْلَة", "ليلة"),
        ("🦊 and the bear", "🦊"),
        ("👩‍🚀", "👩‍🚀"),
        ("½ Ritter", "1/2"),
        ("???", "?"),
        ("ＦＵＬＬ width", "full"),  # noqa: RUF001
        ("x" * 1000, "x" * 500),
        ("<script>alert(1)</script>", "script"),
    ],
)
def test_a_title_is_found_as_people_type_it(title: str, typed: str) -> None:
    assert is_found(title, typed)


@pytest.mark.parametrize(
    ("title", "typed"),
    [("Blue Hour", "our"), ("Blue Hour", "blue salt"), ("Blue Hour", "%"), ("", "a"), ("Amélie", "amalie")],
)
def test_what_no_word_begins_with_is_not_found(title: str, typed: str) -> None:
    assert not is_found(title, typed)


def test_a_title_without_end_has_an_end() -> None:
    assert len(words_of("千" * 500 + "".join(map(chr, range(0x4E00, 0x4E00 + 1000))))) == MOST_WORDS
    assert max(map(len, words_of("x" * 1000))) == LONGEST_WORD


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_nothing_typed_asks_for_nothing(typed: str) -> None:
    assert asked_words(typed) == []


def test_order_knows_neither_case_nor_accents() -> None:
    titles = ["zebra", "Échelle", "apple", "Über", "Dune  2"]
    assert sorted(titles, key=order_of) == ["apple", "Dune  2", "Échelle", "Über", "zebra"]
