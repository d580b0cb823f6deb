from typing import Any

from django.db import migrations, models
from django.db.models import F


def take_what_is_known(apps: Any, schema_editor: Any) -> None:
    apps.get_model("media", "LibrarySection").objects.update(accepted_uuid=F("uuid"))


class Migration(migrations.Migration):
    dependencies = [("media", "0003_webhooks")]

    operations = [
        migrations.AddField(
            model_name="librarysection",
            name="accepted_uuid",
            field=models.CharField(
                blank=True,
                help_text="As it was first known, or as the owner has accepted it.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="librarysection",
            name="changed_at",
            field=models.DateTimeField(
                help_text="When it was found to be another. Nothing is deleted until the owner accepts it.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="librarysection",
            name="uuid",
            field=models.CharField(blank=True, help_text="As the server last listed it.", max_length=64),
        ),
        migrations.RunPython(take_what_is_known, migrations.RunPython.noop),
    ]
