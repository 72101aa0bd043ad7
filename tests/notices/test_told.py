"""Who is told of what in discussions."""

from __future__ import annotations

import pytest

from apps.accounts.models import Role, User
from apps.courses.models import Item
from apps.discussions.accepting import accept
from apps.discussions.following import follow, mute, unfollow
from apps.discussions.models import Mention, Post, State, Thread
from apps.discussions.posting import lock_parent
from apps.discussions.states import move_post
from apps.discussions.telling import tell_followers
from apps.notices.models import Kind, Notice
from apps.notices.reading import count_unread, list_page
from apps.progress.models import Place
from tests.conduct.people import build_person
from tests.discussions.talks import build_chapter, build_reply, build_thread
from tests.notices.builders import build_question, write

pytestmark = pytest.mark.django_db


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(recipient=person).order_by("id").values_list("kind", flat=True))


def follow_thread(person: User, thread: Thread) -> None:
    follow(actor=person, target=thread)


def hide(post: Post) -> None:
    move_post(post=lock_parent(post.pk), to=State.HIDDEN)


def test_everybody_hears_what_concerns_them_most_and_once() -> None:
    ada, bob, cy, dee = (build_person(name) for name in ("Ada", "Bob", "Cy", "Dee"))
    question = build_question(ada)
    for person in (cy, dee):
        follow_thread(person, question.thread)
    answer = write(question, bob)
    assert [told(person) for person in (ada, bob, cy)] == [[Kind.REPLY], [], [Kind.FOLLOWED]]
    post = build_reply(answer, cy, "@Dee look")
    Mention.objects.create(post=post, person=dee)
    tell_followers(post.pk)
    tell_followers(post.pk)
    assert told(bob) == [Kind.REPLY]
    assert told(dee) == [Kind.FOLLOWED, Kind.MENTION]
    assert told(ada) == [Kind.REPLY, Kind.REPLY], "it is her thread"
    assert told(cy) == [Kind.FOLLOWED], "nobody hears of what they did"


def test_who_follows_their_own_thread_no_more_hears_answers_to_themselves_only() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    question = build_question(ada)
    unfollow(actor=ada, target=question.thread)
    answer = write(question, bob)
    write(answer, cy)
    assert told(ada) == [Kind.REPLY]


def test_followers_of_a_chapter_hear_of_threads_and_those_of_a_person_of_every_post() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    chapter = build_chapter()
    follow(actor=bob, target=chapter)
    follow(actor=cy, target=ada)
    question = build_thread(chapter, ada)
    tell_followers(question.pk)
    write(question, ada)
    assert (told(bob), told(cy)) == ([Kind.FOLLOWED], [Kind.FOLLOWED, Kind.FOLLOWED])


def test_an_announcement_reaches_who_has_begun_the_course_and_answers_to_it_do_not() -> None:
    editor, bob, cy = build_person("Eve", Role.EDITOR), build_person("Bob"), build_person("Cy")
    chapter = build_chapter()
    item = Item.objects.create(chapter=chapter, kind=Item.Kind.SECTION, key="one", position=0)
    Place.objects.create(user=bob, chapter=chapter, item=item)
    post = build_thread(chapter, editor, kind=Thread.Kind.ANNOUNCEMENT)
    tell_followers(post.pk)
    write(post, cy)
    assert (told(bob), told(cy), told(editor)) == ([Kind.ANNOUNCEMENT], [], [Kind.REPLY])


def test_an_accepted_answer_is_told_unless_who_asked_is_muted() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    question = build_question(ada)
    mute(actor=cy, person=ada)
    for person in (bob, cy):
        accept(actor=ada, post=build_reply(question, person))
    assert (told(bob), told(cy)) == ([Kind.ACCEPTED], [])


def test_muted_people_are_not_heard_neither_before_nor_since() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    question = build_question(ada)
    mute(actor=ada, person=bob)
    write(question, bob)
    assert told(ada) == []
    write(question, cy)
    assert count_unread(ada) == 1
    mute(actor=ada, person=cy)
    assert count_unread(ada) == 0
    assert list_page(ada).folds == []


def test_what_is_hidden_before_it_is_told_or_since_is_not_told() -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    question = build_question(ada)
    hidden = build_reply(question, bob)
    hide(hidden)
    tell_followers(hidden.pk)
    assert told(ada) == []
    shown = write(question, bob)
    assert count_unread(ada) == 1
    hide(shown)
    assert (count_unread(ada), list_page(ada).folds) == (0, [])
    move_post(post=lock_parent(shown.pk), to=State.VISIBLE)
    assert count_unread(ada) == 1
