from django.db import migrations, models


class Migration(migrations.Migration):
    """Who was let in within the last minute is not worth keeping."""

    dependencies = [("accounts", "0003_own_rhythm")]

    operations = [
        migrations.DeleteModel("Allowance"),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("times", models.JSONField(default=list, help_text="In milliseconds since 1970.")),
                ("turns", models.PositiveBigIntegerField(default=0, help_text="Counts the changes.")),
                ("last_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["last_at"], name="allowance_by_time")]},
        ),
    ]
