"""How titles are compared: folded, in words, and where they stand on a shelf. Knows no database.

Case, accents, width and apostrophes do not matter. Languages that put no space between words are looked up
from any of their characters on, and a symbol is a word of its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

LONGEST_WORD = 40
MOST_WORDS = 300  # of one title; a thousand characters without a space would make a thousand
MOST_ASKED = 8
ORDER_LENGTH = 200
WORD, SYMBOL = "word", "So"

# What Unicode takes for letters of their own, and a keyboard elsewhere does not have.
PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",  # without a dot
        **dict.fromkeys("'\u2019\u02bc", ""),  # apostrophes
    }
)
# Thai to Burmese, Khmer, Kana and the Chinese characters with their extensions.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in parts if unicodedata.category(char) != "Mn").translate(PLAIN)


def order_of(title: str) -> str:
    """What a shelf sorts by."""
    return " ".join(folded(title).split())[:ORDER_LENGTH]


def words_of(*texts: str) -> set[str]:
    """Every beginning under which a title is to be found begins one of these."""
    found: set[str] = set()
    for text in texts:
        for word in _beginnings(text):
            if len(found) < MOST_WORDS:
                found.add(word[:LONGEST_WORD])
    return found


def asked_words(text: str) -> list[str]:
    """What a person who types this looks for: titles with a word that begins like each of these."""
    words = [word for chunk in folded(text).split() for word in _parts(chunk)] or folded(text).split()
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words))[:MOST_ASKED]


def _beginnings(text: str) -> Iterator[str]:
    chunks = folded(text).split()
    has_words = False
    for chunk in chunks:
        parts = _parts(chunk)
        has_words = has_words or bool(parts)
        if len(parts) > 1:
            yield "".join(parts)  # x-men is also found as xmen
        for part in parts:
            yield from _suffixes(part)
    if not has_words:
        yield from chunks  # a title of nothing but punctuation


def _suffixes(word: str) -> Iterator[str]:
    yield word
    for place in range(1, len(word)):
        if UNSPACED.match(word[place]):
            yield word[place:]


def _parts(chunk: str) -> list[str]:
    """Runs of letters and digits, and each symbol by itself."""
    parts: list[str] = []
    for kind, run in groupby(chunk, _kind):
        if kind == WORD:
            parts.append("".join(run))
        elif kind == SYMBOL:
            parts += run
    return parts


def _kind(char: str) -> str:
    category = unicodedata.category(char)
    return WORD if char.isalnum() or category == "Mc" else category
