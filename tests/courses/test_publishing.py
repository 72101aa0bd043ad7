"""A text goes live as a whole or not at all, and nothing that people's progress points to is ever lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.courses.drafting import keep_draft
from apps.courses.models import Chapter, Course, Draft, Item, Revision
from apps.courses.publishing import BadChapter, NeedsReview, StaleBase
from apps.courses.reading import find_neighbours, list_items, load_chapter, load_course, load_item

from .texts import CHAPTER, FIGURES, SVG, build_chapter, build_editor, line_of, publish_text, replaced

pytestmark = pytest.mark.django_db

EXERCISE = CHAPTER[CHAPTER.index("::: exercise think") : CHAPTER.index("## Quiz")]
OTHER_EXERCISE = '::: exercise ponder title="Ponder"\nWhy not?\n---\nWell.\n:::\n\n'


def test_the_first_text_goes_live() -> None:
    chapter, editor = build_chapter(), build_editor()
    revision = publish_text(chapter, author=editor, note=" Begun ")
    chapter.refresh_from_db()
    assert (chapter.live, chapter.title) == (revision, "A small chapter")
    assert (revision.number, revision.note, revision.author) == (1, "Begun", editor)
    assert revision.html.count("<!--csrf-->") == 2
    assert [item.key for item in list_items(chapter, Item.Kind.QUIZ)] == ["sum", "primes"]


def test_a_broken_text_changes_nothing() -> None:
    chapter = build_chapter()
    with pytest.raises(BadChapter) as caught:
        publish_text(chapter, replaced(("(#a-topic)", "(#nowhere)")))
    assert [line for line, _ in caught.value.problems] == [line_of(CHAPTER, "See [")]
    assert not Revision.objects.exists()
    assert not Item.objects.exists()


def test_what_leaves_the_text_is_retired_and_what_returns_is_the_same_item() -> None:
    chapter = build_chapter()
    publish_text(chapter)
    thinking = load_item(chapter, "think", Item.Kind.EXERCISE)
    publish_text(chapter, replaced((EXERCISE, OTHER_EXERCISE)), base=1)
    thinking.refresh_from_db()
    assert thinking.retired_at is not None
    assert [item.key for item in list_items(chapter, Item.Kind.EXERCISE)] == ["ponder"]
    publish_text(chapter, base=2)
    assert load_item(chapter, "think", Item.Kind.EXERCISE) == thinking


def test_items_follow_the_order_of_the_text() -> None:
    chapter = build_chapter()
    publish_text(chapter, replaced((EXERCISE, EXERCISE + OTHER_EXERCISE)))
    publish_text(chapter, replaced((EXERCISE, OTHER_EXERCISE + EXERCISE)), base=1)
    assert [item.key for item in list_items(chapter, Item.Kind.EXERCISE)] == ["ponder", "think"]


def test_a_key_keeps_its_kind_for_ever() -> None:
    chapter = build_chapter()
    publish_text(chapter)
    text = replaced((EXERCISE, OTHER_EXERCISE), ("::: quiz sum", "::: quiz think"))
    with pytest.raises(BadChapter) as caught:
        publish_text(chapter, text, base=1)
    ((line, message),) = caught.value.problems
    assert line == line_of(text, "::: quiz think")
    assert "“think” named another thing (exercise) before" in message


def test_the_next_chapter_must_be_on_the_course() -> None:
    with pytest.raises(BadChapter) as caught:
        publish_text(build_chapter(), replaced(("::: next second", "::: next third")))
    assert "no chapter “third”" in str(caught.value)


@pytest.mark.parametrize("base", [0, 1])
def test_a_text_written_on_an_older_revision_is_refused(base: int) -> None:
    chapter, editor = build_chapter(), build_editor()
    publish_text(chapter)
    second = publish_text(chapter, replaced(("Done.", "Done at last.")), base=1)
    keep_draft(chapter=chapter, editor=editor, source="mine", base=base, version=None)
    with pytest.raises(StaleBase) as caught:
        publish_text(chapter, replaced(("Done.", "Finished.")), base=base, author=editor)
    assert caught.value.newest == second
    assert Revision.objects.count() == 2
    assert Draft.objects.get().source == "mine"


def test_sending_the_newest_text_once_more_changes_nothing() -> None:
    chapter = build_chapter()
    first = publish_text(chapter)
    assert publish_text(chapter, CHAPTER.replace("\n", "\r\n"), base=0) == first
    assert Revision.objects.count() == 1


def test_a_changed_figure_is_a_new_revision() -> None:
    chapter = build_chapter()
    publish_text(chapter)
    assert publish_text(chapter, figures={"circles.svg": SVG.replace('r="4"', 'r="3"')}, base=1).number == 2


def test_publishing_forgets_the_authors_draft_and_nobody_elses() -> None:
    chapter, editor, other = build_chapter(), build_editor(), build_editor("otto@example.org")
    mine = keep_draft(chapter=chapter, editor=editor, source="mine", base=0, version=None)
    keep_draft(chapter=chapter, editor=other, source="theirs", base=0, version=None)
    publish_text(chapter, author=editor, draft=mine.version)
    assert [draft.source for draft in Draft.objects.all()] == ["theirs"]


def test_what_was_written_since_stays_a_draft() -> None:
    chapter, editor = build_chapter(), build_editor()
    seen = keep_draft(chapter=chapter, editor=editor, source="seen", base=0, version=None)
    keep_draft(chapter=chapter, editor=editor, source="and more", base=0, version=seen.version)
    publish_text(chapter, author=editor, draft=seen.version)
    assert Draft.objects.get().source == "and more"


def test_where_a_review_is_needed_nobody_publishes_alone() -> None:
    chapter, editor, other = build_chapter(), build_editor(), build_editor("otto@example.org")
    Course.objects.update(needs_review=True)
    with pytest.raises(NeedsReview):
        publish_text(chapter, author=editor)
    assert not Revision.objects.exists()
    assert publish_text(chapter, author=editor, reviewer=other).number == 1
    assert publish_text(chapter, replaced(("Done.", "Done!")), base=1, origin=Revision.Origin.FILE).number == 2


def test_the_database_refuses_to_rewrite_a_revision() -> None:
    revision = publish_text(build_chapter(), author=build_editor())
    for rewrite in (lambda: Revision.objects.update(source="else"), lambda: Revision.objects.filter(number=1).delete()):
        Chapter.objects.update(live=None)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rewrite()
    revision.refresh_from_db()
    assert revision.source == CHAPTER


def test_a_revision_outlives_the_account_of_its_author() -> None:
    editor = build_editor()
    revision = publish_text(build_chapter(), author=editor)
    editor.delete()
    revision.refresh_from_db()
    assert revision.author is None


def test_readers_find_live_chapters_only_and_their_neighbours() -> None:
    first, third = build_chapter("first", 1), build_chapter("third", 3)
    publish_text(first)
    publish_text(third)
    assert load_chapter("small", "first").live_revision.title == "A small chapter"
    assert find_neighbours(first).next == third
    assert find_neighbours(third).previous == first
    assert find_neighbours(third).next is None
    assert [chapter.slug for chapter in load_course("small").chapters.all()] == ["first", "third", "second"]


@pytest.mark.parametrize("announced", [1, 10])
def test_reading_costs_the_same_whatever_the_course_is_like(
    announced: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish_text(build_chapter())
    for number in range(2, announced + 1):
        build_chapter(f"chapter-{number}", number)
    with django_assert_num_queries(2):
        assert [chapter.live and chapter.live.title for chapter in load_course("small").chapters.all()]
    with django_assert_num_queries(1):
        chapter = load_chapter("small", "first")
        assert (chapter.course.title, chapter.live_revision.html) != ("", "")
    assert FIGURES


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_the_same_moment_one_is_told() -> None:
    chapter = build_chapter()
    publish_text(chapter)

    def try_publishing(word: str) -> str:
        try:
            return publish_text(chapter, replaced(("Done.", word)), base=1).source
        except StaleBase:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(try_publishing, ("One.", "Two.")))
    assert outcomes.count("stale") == 1
    assert Revision.objects.count() == 2


def test_a_term_can_be_referred_to_from_another_chapter_once_it_is_explained() -> None:
    chapter, other = build_chapter(), Chapter.objects.get(slug="second")
    referring = replaced(("None.\n", "[sums](term:second/sum-of), [](#adding), [x](../second/#adding)\n"))
    publish_text(chapter, referring)  # the other chapter is still to be written
    term = '::: term sum-of title="Sum" also="sums"\nWhat adding gives.\n:::\n'
    revision = publish_text(other, replaced(("None.\n", term)))
    assert revision.terms["sum-of"]["title"] == "Sum"
    assert load_item(other, "sum-of", Item.Kind.TERM).title == "Sum"
    assert other.passages.filter(kind="term", key="sum-of").exists()
    publish_text(chapter, referring.replace("Done.", "All done."), base=1)
    for wrong, sentence in [
        ("term:second/adding", "Chapter “second” has no term “adding”"),
        ("../second/#nothing", "has no section, figure, listing or the like “nothing”"),
        ("../third/", "This course has no chapter “third”"),
    ]:
        with pytest.raises(BadChapter, match=sentence):
            publish_text(chapter, referring.replace("term:second/sum-of", wrong), base=2)
