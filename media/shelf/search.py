"""Search as one types: every word must begin a word of the title."""

from django.db.models import Q

from media.models import MediaItem, TitleWord
from media.models.library import MediaItemQuerySet
from media.titles import asked_words


def found(items: MediaItemQuerySet, text: str) -> MediaItemQuerySet:
    """Of these, the ones by that title. Nothing when the text asks for something and has no word in it."""
    words = asked_words(text)
    for word in words:
        items = items.filter(_has(word))
    return items if words or not text.strip() else items.none()


def found_episodes(text: str) -> MediaItemQuerySet:
    """Episodes by their title or number, with the words of their show if one likes: `outpost s02e05`."""
    episodes = MediaItem.objects.present().filter(type=MediaItem.Type.EPISODE)
    words = asked_words(text)
    is_own = Q(pk__in=[])
    for word in words:
        episodes = episodes.filter(_has(word) | _has(word, "show"))
        is_own |= _has(word)
    return episodes.filter(is_own).select_related("show", "parent")


def _has(word: str, level: str = "pk") -> Q:
    return Q(**{f"{level}__in": TitleWord.objects.beginning(word).values("item")})
