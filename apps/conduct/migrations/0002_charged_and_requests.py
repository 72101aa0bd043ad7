"""Whoever has a course in their care is marked as such; acts say which request did them."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def mark(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    people = set(apps.get_model("conduct", "Charge").objects.values_list("person_id", flat=True))
    if people:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="charged")
        group.user_set.add(*people)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("conduct", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AlterField(
            "act",
            "request_id",
            models.CharField(blank=True, help_text="what the answer's X-Request-ID was", max_length=64),
        ),
    ]
