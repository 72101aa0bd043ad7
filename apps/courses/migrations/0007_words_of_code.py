from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models

from apps.courses.words import Words

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


def by_words(text: str, weight: str) -> SearchVector:
    return SearchVector(Words(text), config="english", weight=weight)


def add_vector(name: str, expression: models.Expression) -> migrations.AddField:
    vector = models.GeneratedField(db_persist=True, expression=expression, output_field=SearchVectorField())
    return migrations.AddField(model_name="passage", name=name, field=vector)


def add_index(name: str, field: str, **options: Any) -> migrations.AddIndex:
    return migrations.AddIndex(model_name="passage", index=GinIndex(fields=[field], name=name, **options))


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0006_courses_in_files"),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION kindling_words(text)"),
        migrations.RemoveIndex(model_name="passage", name="passage_found_by"),
        migrations.RemoveField(model_name="passage", name="found_by"),
        add_vector("named_by", by_words("title", "A")),
        add_vector("found_by", by_words("title", "A") + by_words("text", "B")),
        add_index("passage_named_by", "named_by"),
        add_index("section_found_by", "found_by", condition=models.Q(kind="section")),
        add_index("term_found_by", "found_by", condition=models.Q(kind="term")),
        migrations.AddIndex(
            model_name="chapter",
            index=GinIndex(by_words("title", "A"), name="chapter_title_words"),
        ),
    ]
