import django.contrib.postgres.indexes
from django.db import migrations, models

# The words of each changed passage are counted once for it, without those that say nothing ("the", "of"). Two chapters
# that are published at once count one after the other: they share most of their words.
COUNTING = """
CREATE FUNCTION search_words_of(passage text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT DISTINCT said FROM regexp_split_to_table(lower(kindling_words(passage)), '[^a-z]+') AS said
  WHERE length(said) BETWEEN 3 AND 40 AND ts_lexize('english_stem', said) <> '{}';
END;

CREATE FUNCTION search_count_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('search_word'));
  IF TG_OP = 'INSERT' THEN
    INSERT INTO search_word (word, uses)
    SELECT said, count(*) FROM changed, search_words_of(changed.title || ' ' || changed.text) AS said GROUP BY said
    ON CONFLICT (word) DO UPDATE SET uses = search_word.uses + excluded.uses;
  ELSE
    UPDATE search_word SET uses = uses - gone.times FROM (
      SELECT said, count(*) AS times FROM changed, search_words_of(changed.title || ' ' || changed.text) AS said GROUP BY said
    ) AS gone WHERE gone.said = word;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION search_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'passages are replaced, never changed: their words are counted as they come and go';
END $$;

CREATE TRIGGER search_count_new AFTER INSERT ON courses_passage REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION search_count_words();
CREATE TRIGGER search_count_gone AFTER DELETE ON courses_passage REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION search_count_words();
CREATE TRIGGER search_refuse_update BEFORE UPDATE OF title, text ON courses_passage
  FOR EACH ROW EXECUTE FUNCTION search_refuse_update();

INSERT INTO search_word (word, uses)
SELECT said, count(*) FROM courses_passage, search_words_of(title || ' ' || text) AS said GROUP BY said;
"""
UNDO = """
DROP TRIGGER search_refuse_update ON courses_passage;
DROP TRIGGER search_count_gone ON courses_passage;
DROP TRIGGER search_count_new ON courses_passage;
DROP FUNCTION search_refuse_update(), search_count_words(), search_words_of(text);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0007_words_of_code"),
    ]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(db_collation="C", max_length=40, primary_key=True, serialize=False)),
                ("uses", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["word"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("word", name="gin_trgm_ops"), name="word_trigrams"
                    )
                ],
            },
        ),
        migrations.RunSQL(COUNTING, UNDO),
    ]
