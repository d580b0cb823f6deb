"""Finds the titles that were there before they were found by their words."""

from itertools import islice

from django.db import migrations

from media.titles import order_of, words_of

BATCH = 1000


def fill(apps, schema_editor):
    items = apps.get_model("media", "MediaItem").objects
    rows = items.only("pk", "type", "title", "index", "parent_index").order_by("pk").iterator(BATCH)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            row.sort_title = order_of(row.title)
        items.bulk_update(batch, ["sort_title"], batch_size=200)
        word = apps.get_model("media", "TitleWord")
        word.objects.bulk_create(
            word(item_id=row.pk, word=each.encode()) for row in batch for each in _words(row)
        )


def _words(row):
    if row.type == "season":
        return set()
    return words_of(row.title, _code(row) if row.type == "episode" else "")


def _code(row):
    numbers = (("S", row.parent_index), ("E", row.index))
    return "".join(f"{letter}{number:02}" for letter, number in numbers if number is not None)


class Migration(migrations.Migration):
    dependencies = [("media", "0005_titles_found_by_their_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
