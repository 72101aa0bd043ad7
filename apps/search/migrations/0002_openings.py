import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Both halves are there already, taken apart into words; they are only put together.
OPENINGS = """
ALTER TABLE search_opening ADD CONSTRAINT opening_of_post FOREIGN KEY (post_id) REFERENCES discussions_post ON DELETE CASCADE;

CREATE FUNCTION search_write_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_opening WHERE post_id = NEW.id;
  INSERT INTO search_opening (post_id, found_by)
  SELECT NEW.id, thread.found_by || NEW.found_by FROM discussions_thread thread
  WHERE thread.id = NEW.thread_id AND NEW.parent_id IS NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION search_rename_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE search_opening SET found_by = NEW.found_by || post.found_by FROM discussions_post post
  WHERE post.thread_id = NEW.id AND post.parent_id IS NULL AND post_id = post.id;
  RETURN NULL;
END $$;

CREATE TRIGGER search_write_opening AFTER INSERT ON discussions_post
  FOR EACH ROW WHEN (NEW.parent_id IS NULL) EXECUTE FUNCTION search_write_opening();
CREATE TRIGGER search_rewrite_opening AFTER UPDATE OF body, parent_id, thread_id ON discussions_post
  FOR EACH ROW WHEN (NEW.parent_id IS NULL OR OLD.parent_id IS NULL) EXECUTE FUNCTION search_write_opening();
CREATE TRIGGER search_rename_opening AFTER UPDATE OF title ON discussions_thread
  FOR EACH ROW EXECUTE FUNCTION search_rename_opening();

INSERT INTO search_opening (post_id, found_by) SELECT post.id, thread.found_by || post.found_by
FROM discussions_post post JOIN discussions_thread thread ON thread.id = post.thread_id WHERE post.parent_id IS NULL;
"""
NO_OPENINGS = """
DROP TRIGGER search_rename_opening ON discussions_thread;
DROP TRIGGER search_rewrite_opening ON discussions_post;
DROP TRIGGER search_write_opening ON discussions_post;
DROP FUNCTION search_rename_opening(), search_write_opening();
"""
# Which pages hold which ids: with it a search for words reads only so much of the past as it needs (see `newest`). A few
# hundred kilobytes for a million posts. The table is not the search's own, so its model knows nothing of it.
AGES = """
CREATE INDEX search_post_by_age ON discussions_post USING brin (id) WITH (pages_per_range = 16);
"""
NO_AGES = "DROP INDEX search_post_by_age"


class Migration(migrations.Migration):
    dependencies = [
        ("discussions", "0003_votes_states_and_places"),
        ("search", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="discussions.post",
                    ),
                ),
                ("found_by", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "ordering": ["-post"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["found_by"], name="opening_found_by"
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["post"], name="opening_by_age", pages_per_range=16
                    ),
                ],
            },
        ),
        migrations.RunSQL(OPENINGS, NO_OPENINGS),
        migrations.RunSQL(AGES, NO_AGES),
    ]
