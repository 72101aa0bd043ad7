from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_editing")]

    operations = [
        migrations.AddField("course", "level", models.CharField(blank=True, max_length=20)),
        migrations.AddField(
            "course",
            "in_files",
            models.TextField(blank=True, help_text="course.md as it was last imported"),
        ),
    ]
