"""Under which words a title is found."""

from typing import Self

from django.db import models

from media.titles import LONGEST_WORD

PAST_ALL = b"\xff"  # in no UTF-8


class TitleWordQuerySet(models.QuerySet["TitleWord"]):
    def beginning(self, word: str) -> Self:
        """A range, which an index of either database serves."""
        start = word.encode()
        return self.filter(word__gte=start, word__lt=start + PAST_ALL)


class TitleWord(models.Model):
    """Written by `media.sync.words` only."""

    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="words")
    # Bytes, because every database compares them alike, whatever its language.
    word = models.BinaryField(max_length=4 * LONGEST_WORD, help_text="Folded, in UTF-8.")

    objects = TitleWordQuerySet.as_manager()

    class Meta:
        constraints = [
            # serves the search: the titles with a word that begins like this
            models.UniqueConstraint(fields=["word", "item"], name="one_word_per_title")
        ]

    def __str__(self) -> str:
        return bytes(self.word).decode(errors="replace")
