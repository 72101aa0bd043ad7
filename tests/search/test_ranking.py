"""What comes first, and what is marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.discussions.models import Post
from apps.search import newest
from apps.search.finding import Wish, wish_page

from .sites import add_section, add_term, ask, build_chapter, build_person, build_thread, list_titles, mark, read


def test_a_title_comes_before_a_text_and_the_very_word_before_another() -> None:
    chapter = build_chapter()
    add_section(chapter, "Text", "about the loss")
    add_section(chapter, "Momentum and loss", "about it")
    add_section(chapter, "Loss", "about it")
    assert list_titles(ask("loss")) == ["Loss", "Momentum and loss", "Text"]
    add_section(chapter, "American", "an optimizer")
    add_section(chapter, "British", "an optimiser")
    assert list_titles(ask("optimiser")) == ["British", "American"]
    assert list_titles(ask("optimizer")) == ["American", "British"]


def test_what_is_equal_stands_in_the_order_of_the_course() -> None:
    one, two = build_chapter("one"), build_chapter("two")
    for chapter in (two, one):
        for title in ("Epochs at first", "Epochs at last"):
            add_section(chapter, title)
    answer = ask("epochs")
    assert [found.url for found in answer.groups[0].found] == [
        f"/courses/essentials/{slug}/#section-{place}" for slug in ("one", "two") for place in (0, 1)
    ]


def test_kinds_have_their_order_and_a_term_stands_first() -> None:
    chapter = build_chapter()
    chapter.title = "Gradient descent"
    chapter.save()
    add_section(chapter, "Following the gradient")
    add_term(chapter, "Gradient clipping")
    add_term(chapter, "Gradient", "the slope of the loss")
    build_thread(chapter, build_person(), title="Where does the gradient go?")
    answer = ask("gradient")
    assert [group.name for group in answer.groups] == ["term", "chapter", "section", "thread"]
    assert list_titles(answer, "term") == ["Gradient", "Gradient clipping"]
    assert [group.found[0].url for group in answer.groups[:2]] == [
        "/courses/essentials/intro/#term-2",
        "/courses/essentials/intro/",
    ]


def test_a_thread_is_found_once_by_its_best_post_and_newer_ones_first() -> None:
    chapter, ada = build_chapter(), build_person()
    old = build_thread(chapter, ada, title="Old", body="momentum")
    Post.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=900))
    build_thread(chapter, ada, title="New", body="momentum")
    both = build_thread(chapter, ada, title="Momentum?", body="momentum")
    answer = ask("momentum")
    assert list_titles(answer, "thread") == ["Momentum?", "New", "Old"]
    assert answer.groups[0].found[0].url == f"/discussions/{both.thread_id}/#post-{both.pk}"


def test_older_posts_are_found_where_the_newest_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chapter, ada = build_chapter(), build_person()
    for number in range(4):
        build_thread(chapter, ada, title=f"Thread {number}", body="momentum" if number < 2 else "nothing")
    monkeypatch.setattr(newest, "WALK", 2)
    assert set(list_titles(ask("momentum"), "thread")) == {"Thread 0", "Thread 1"}


def test_the_past_is_looked_through_until_enough_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that was usual for a while: its stretches get longer and longer, and leave nothing out or find it twice."""
    chapter, ada = build_chapter(), build_person()
    for number in range(40):
        build_thread(chapter, ada, title=f"Thread {number}", body="momentum" if number % 3 else "nothing")
    monkeypatch.setattr(newest, "WALK", 2)
    every = [number for number in reversed(range(40)) if number % 3]
    for most in (3, 7, len(every), 200):
        monkeypatch.setattr(newest, "MAX_MATCHES", most)
        found = list_titles(ask("momentum", wish=Wish({"thread": 50})), "thread")
        assert found == [f"Thread {number}" for number in every[:most]]


def test_words_may_be_divided_between_a_title_and_its_first_post() -> None:
    chapter, ada = build_chapter(), build_person()
    post = build_thread(chapter, ada, title="Loss becomes infinite", body="since I use **bfloat**")
    build_thread(chapter, ada, title="Loss falls", body="slowly")
    assert list_titles(ask("infinite bfloat"), "thread") == ["Loss becomes infinite"]
    assert list_titles(ask("infinite -bfloat"), "thread") == []
    post.body = "since I use fp16"
    post.save()
    assert ask("infinite bfloat").total == 0
    post.thread.title = "Loss explodes"
    post.thread.save()
    assert list_titles(ask("explodes fp16"), "thread") == ["Loss explodes"]
    assert ask("infinite fp16").total == 0


def test_what_was_looked_for_is_marked_in_code_and_prose() -> None:
    add_section(
        build_chapter(), "Linear layers", "x " * 300 + "then nn.Linear(1, 1) and CrossEntropyLoss " + "y " * 300
    )
    [found] = ask("linear").groups[0].found
    assert mark(found.title) == ["Linear"]
    assert "nn.Linear(1, 1)" in read(found.snippet)
    assert mark(found.snippet) == ["Linear"]
    assert len(read(found.snippet)) < 400
    assert mark(ask("entropy").groups[0].found[0].snippet) == ["Entropy"]
    assert mark(ask("crossentropyloss").groups[0].found[0].snippet) == ["CrossEntropyLoss"]


def test_pages_go_on_where_the_last_one_ended() -> None:
    chapter = build_chapter()
    for number in range(25):
        add_section(chapter, f"Epoch {number:02}")
    [overview] = ask("epoch").groups
    assert (len(overview.found), overview.total, overview.has_more) == (8, 25, True)
    one, two = (list_titles(ask("epoch", wish=wish_page("section", number))) for number in (1, 2))
    assert (len(one), len(two)) == (20, 5)
    assert one + two == sorted(one + two)
