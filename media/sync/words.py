"""The one door that writes under which words titles are found."""

from collections.abc import Collection, Iterable

from media.models import MediaItem, TitleWord
from media.titles import words_of

# What the words are made of. A season is found by its show.
SAID = frozenset({"title", "original_title", "index", "parent_index"})


def index(items: Iterable[MediaItem]) -> None:
    TitleWord.objects.bulk_create(
        TitleWord(item=item, word=word.encode()) for item in items for word in _words(item)
    )


def reindex(items: Collection[MediaItem]) -> None:
    if items:
        TitleWord.objects.filter(item__in=items).delete()
        index(items)


def _words(item: MediaItem) -> set[str]:
    if item.type == MediaItem.Type.SEASON:
        return set()
    code = item.code if item.type == MediaItem.Type.EPISODE else ""
    return words_of(item.title, item.original_title, code)
