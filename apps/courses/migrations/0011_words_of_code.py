import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models
from django.db import migrations

import apps.courses.words

# Signs part words, but a full stop between digits belongs to a number. Words with humps are said once more in their
# parts, at the end, where they stand side by side as in a sentence.
WORDS = r"""
CREATE FUNCTION kindling_words(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT parted || CASE WHEN parted !~ '[a-z0-9][A-Z]|[A-Z][A-Z][a-z]' THEN '' ELSE coalesce((
    SELECT ' ' || string_agg(
      regexp_replace(regexp_replace(found[1], '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([A-Z])([A-Z][a-z])', '\1 \2', 'g'), ' ')
    FROM regexp_matches(parted, '\m[A-Za-z0-9]*(?:[a-z0-9][A-Z]|[A-Z][A-Z][a-z])[A-Za-z0-9]*', 'g') AS found), '') END
  FROM regexp_replace(value, '[][!"#$%&''()*+,/:;<=>?@\\^_`{|}~-]+|\.(?![0-9])|(?<![0-9])\.', ' ', 'g') AS parted
);
"""


def by_words(text: str, weight: str) -> django.contrib.postgres.search.SearchVector:
    return django.contrib.postgres.search.SearchVector(
        apps.courses.words.Words(text), config="english", weight=weight
    )


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_parts_pictures_and_passages"),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION kindling_words(text)"),
        migrations.RemoveIndex(model_name="passage", name="passage_found_by"),
        migrations.RemoveField(model_name="passage", name="found_by"),
        migrations.AddField(
            model_name="passage",
            name="found_by",
            field=django.db.models.GeneratedField(
                db_persist=True,
                expression=by_words("title", "A") + by_words("text", "B"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=django.contrib.postgres.indexes.GinIndex(fields=["found_by"], name="passage_found_by"),
        ),
        migrations.AddIndex(
            model_name="chapter",
            index=django.contrib.postgres.indexes.GinIndex(by_words("title", "A"), name="chapter_title_words"),
        ),
    ]
