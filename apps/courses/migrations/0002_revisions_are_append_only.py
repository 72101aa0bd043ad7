"""The database refuses to rewrite history: a revision may only lose its author, when that account is deleted."""

from django.db import migrations

GUARD = """
CREATE FUNCTION courses_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.author_id IS NULL
       AND to_jsonb(NEW) - 'author_id' = to_jsonb(OLD) - 'author_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'revisions are append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER courses_revision_append_only BEFORE UPDATE OR DELETE ON courses_revision
    FOR EACH ROW EXECUTE FUNCTION courses_refuse_rewriting();
"""
UNGUARD = """
DROP TRIGGER courses_revision_append_only ON courses_revision;
DROP FUNCTION courses_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
