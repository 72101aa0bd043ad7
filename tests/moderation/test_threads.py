"""Threads are locked, moved, merged and split, also while somebody replies; and every verb leaves one act."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, connections

from apps.accounts.models import Role
from apps.conduct.models import Act, Verb
from apps.courses.models import Chapter
from apps.discussions.accepting import accept
from apps.discussions.branches import Order, list_branches
from apps.discussions.following import follow
from apps.discussions.models import MAX_DEPTH, STEP, Follow, Post, State, Thread
from apps.discussions.posting import reply
from apps.discussions.reading import list_posts
from apps.discussions.refusals import NotAllowed, NotNow, Unfit
from apps.discussions.telling import tell_followers
from apps.discussions.voting import vote
from apps.moderation import hiding, moving, settling, threads
from apps.moderation.models import ReviewItem
from apps.moderation.settling import Remedy
from apps.notices.models import Notice
from tests.conduct.people import build_course, build_person
from tests.discussions.talks import build_chapter, build_reply, build_thread

from .cases import Case, build_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return Case()


def check_tree(thread: Thread) -> list[int]:
    """Paths, depths, parents and numbers of a thread agree; its posts in the order of the tree."""
    posts = {post.pk: post for post in Post.objects.filter(thread=thread)}
    for post in posts.values():
        path = bytes(post.path)
        ids = [int.from_bytes(path[start : start + STEP], "big") for start in range(0, len(path), STEP)]
        assert ids[-1] == post.pk
        assert len(ids) == post.depth + 1
        assert (ids[-2] if post.depth else None) == post.parent_id
        assert all(each in posts for each in ids)
    thread = Thread.objects.get(pk=thread.pk)
    seen = [post for post in posts.values() if post.depth and post.state == State.VISIBLE]
    assert thread.replies == len(seen)
    return [post.pk for post in sorted(posts.values(), key=lambda post: bytes(post.path))]


def elsewhere(case: Case) -> Chapter:
    return build_chapter("other")


def test_a_merged_thread_hangs_below_the_other_and_its_address_leads_there(case: Case) -> None:
    other = build_thread(case.chapter, case.eve, "The same")
    deepest = other
    for _ in range(MAX_DEPTH):
        deepest = build_reply(deepest, case.eve)
    accept(actor=case.eve, post=Post.objects.get(parent=other))
    vote(actor=case.ada, post=other, value=1)
    follow(actor=case.ada, target=other.thread)
    act = moving.merge(actor=case.mo, thread=other.thread, into=case.first.thread, reason="Same question")
    assert (act.verb, act.person, act.details["into"]) == (Verb.MERGE, case.eve, case.first.thread_id)
    order = check_tree(case.first.thread)
    assert order[:3] == [case.first.pk, case.spam.pk, other.pk]
    assert Post.objects.get(pk=deepest.pk).depth == MAX_DEPTH
    left = Thread.objects.get(pk=other.thread_id)
    assert (left.merged_into_id, left.replies, left.accepted) == (case.first.thread_id, 0, None)
    assert Follow.objects.filter(thread=case.first.thread, person=case.ada).exists()
    assert len(list_posts(case.ada, case.first.thread).posts) == 11
    assert len(list_branches(case.ada, case.first.thread, order=Order.TOP).branches) == 2
    with pytest.raises(NotNow):
        moving.merge(actor=case.mo, thread=left, into=case.first.thread, reason="Again")
    with pytest.raises(Unfit):
        moving.merge(actor=case.mo, thread=case.first.thread, into=case.first.thread, reason="")


def test_posts_are_split_off_with_all_that_is_below_them(case: Case) -> None:
    below = build_reply(case.spam, case.ada)
    deeper = build_reply(below, case.eve)
    second = build_reply(case.first, case.ada)
    hiding.change_post(actor=case.mo, post=deeper, way=hiding.HIDING, reason="X")
    new = moving.split(
        actor=case.mo,
        thread=case.first.thread,
        posts=[below.pk, deeper.pk, second.pk],
        title="Another",
        reason="Off topic",
    )
    assert check_tree(new) == [below.pk, deeper.pk, second.pk]
    assert check_tree(case.first.thread) == [case.first.pk, case.spam.pk]
    assert (new.author, Thread.objects.get(pk=new.pk).replies) == (case.ada, 1)
    assert Notice.objects.filter(recipient=case.ada, facts__verb="split").count() == 1
    for posts, why in (([case.first.pk], Unfit), ([below.pk], NotNow), ([], Unfit)):
        with pytest.raises(why):
            moving.split(actor=case.mo, thread=case.first.thread, posts=posts, title="T", reason="")


def test_a_thread_moves_with_its_items_and_to_no_course_of_others(case: Case) -> None:
    item = case.flag().item
    here = elsewhere(case)
    moving.move(actor=case.mo, thread=case.first.thread, chapter=here, reason="It belongs there")
    assert Thread.objects.get(pk=case.first.thread_id).chapter == here
    foreign = Chapter.objects.create(course=build_course("foreign"), number=1, slug="x", title="X")
    for actor, why in ((case.mo, NotAllowed), (build_person("Max", Role.MODERATOR), Unfit)):
        with pytest.raises(why):
            moving.move(actor=actor, thread=case.first.thread, chapter=foreign, reason="")
    assert ReviewItem.objects.get(pk=item.pk).course == here.course


def test_an_admin_s_thread_and_one_s_own_are_not_taken_away(case: Case) -> None:
    for author in (build_admin(), case.mo):
        thread = build_thread(case.chapter, author).thread
        for way in (threads.HIDING, threads.DELETION):
            with pytest.raises(NotAllowed):
                threads.change_thread(actor=case.mo, thread=thread, way=way, reason="X")


def test_a_thread_held_with_its_first_post_is_not_shown_past_the_queue(case: Case) -> None:
    Post.objects.filter(pk=case.first.pk).update(state=State.HELD)
    Thread.objects.filter(pk=case.first.thread_id).update(state=Thread.State.HIDDEN)
    with pytest.raises(NotNow, match="queue"):
        threads.change_thread(actor=case.mo, thread=case.first.thread, way=threads.RESTORING, reason="")


def test_every_verb_leaves_one_act_and_what_it_takes_back_is_named(case: Case) -> None:
    other = build_thread(case.chapter, case.ada, "Another")
    thread, mo = case.first.thread, case.mo
    change = threads.change_thread
    verbs: dict[Verb, Callable[[], object]] = {}
    pairs = [
        (threads.LOCKING, threads.UNLOCKING),
        (threads.PINNING, threads.UNPINNING),
        (threads.HIDING, threads.RESTORING),
    ]
    for pair in [*pairs, (threads.DELETION, threads.RESTORING)]:
        for way in pair:
            leaves_one_act(way.verb, lambda way=way: change(actor=mo, thread=thread, way=way, reason="X"))  # type: ignore[misc]
    for its in (hiding.HIDING, hiding.RESTORING, hiding.DELETION, hiding.RESTORING):
        leaves_one_act(its.verb, lambda way=its: hiding.change_post(actor=mo, post=case.spam, way=way, reason="X"))  # type: ignore[misc]
    held = build_reply(case.first, case.eve, note="Filter: x")
    verbs[Verb.RELEASE] = lambda: hiding.change_post(actor=mo, post=held, way=hiding.RELEASE, reason="")
    verbs[Verb.SLOW] = lambda: threads.slow(actor=mo, thread=thread, seconds=30, reason="")
    verbs[Verb.SPLIT] = lambda: moving.split(actor=mo, thread=thread, posts=[case.spam.pk], title="T", reason="")
    verbs[Verb.MOVE] = lambda: moving.move(actor=mo, thread=thread, chapter=elsewhere(case), reason="")
    verbs[Verb.MERGE] = lambda: moving.merge(actor=mo, thread=other.thread, into=thread, reason="")
    for verb, do in verbs.items():
        leaves_one_act(verb, do)
    for verb, decide in ((Verb.IGNORE, settling.ignore), (Verb.DISAGREE, settling.disagree)):
        case.flag(person=build_person(f"For{verb}"))
        item = case.item()
        leaves_one_act(verb, lambda d=decide, i=item: d(actor=mo, item=i, version=i.version, reason=""))  # type: ignore[misc]
    case.flag(person=build_person("Last"))
    item = case.item()
    leaves_one_act(
        Verb.HIDE, lambda: settling.agree(actor=mo, item=item, version=item.version, reason="X", remedy=Remedy())
    )
    undone = {act.verb: act.reverts and act.reverts.verb for act in Act.objects.exclude(reverts=None)}
    assert undone["unlock"] == "lock"
    assert undone["unpin"] == "pin"
    assert undone["restore_thread"] in ("hide_thread", "delete_thread")
    assert undone["restore"] in ("hide", "delete")


def leaves_one_act(verb: Verb, do: Callable[[], object]) -> None:
    before = set(Act.objects.values_list("pk", flat=True))
    do()
    added = Act.objects.exclude(pk__in=before)
    assert [act.verb for act in added] == [verb]


def run_together(*works: Callable[[], object]) -> list[Exception]:
    barrier, failures = threading.Barrier(len(works)), list[Exception]()

    def work(do: Callable[[], object]) -> None:
        barrier.wait()
        try:
            do()
        except Exception as failure:  # noqa: BLE001 (the test looks at it)
            failures.append(failure)
        finally:
            connections.close_all()

    started = [threading.Thread(target=work, args=[do]) for do in works]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return failures


def answer(case: Case, post: Post, number: int) -> Callable[[], object]:
    return lambda: reply(actor=case.ada, parent=post, body=f"Answer {number}", client_token=uuid.uuid4())


@pytest.mark.django_db(transaction=True)
def test_whoever_replies_while_posts_are_split_and_merged_answers_where_they_stand() -> None:
    case = Case()
    other = build_thread(case.chapter, case.eve, "Other")
    below = build_reply(other, case.eve)
    together = run_together(
        *(answer(case, below, number) for number in range(3)),
        *(answer(case, case.spam, number) for number in range(3, 5)),
        lambda: moving.merge(actor=case.mo, thread=other.thread, into=case.first.thread, reason=""),
        lambda: moving.split(actor=case.di, thread=case.first.thread, posts=[case.spam.pk], title="New", reason=""),
    )
    assert together == []
    new = Thread.objects.get(title="New")
    assert len(check_tree(case.first.thread)) == 6
    assert len(check_tree(new)) == 3
    assert check_tree(other.thread) == []


@pytest.mark.django_db(transaction=True)
def test_two_merges_in_a_circle_end_with_one() -> None:
    case = Case()
    one, two = build_thread(case.chapter, case.ada).thread, build_thread(case.chapter, case.eve).thread
    failures = run_together(
        lambda: moving.merge(actor=case.mo, thread=one, into=two, reason=""),
        lambda: moving.merge(actor=case.di, thread=two, into=one, reason=""),
    )
    assert [type(failure) for failure in failures] == [NotNow]
    assert Thread.objects.filter(merged_into__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_thread_deleted_while_it_is_followed_and_answered_tells_nobody_afterwards() -> None:
    case = Case()
    fan = build_person("Fan")
    together = run_together(
        lambda: threads.change_thread(actor=case.mo, thread=case.first.thread, way=threads.DELETION, reason="Spam"),
        lambda: follow(actor=fan, target=Thread.objects.select_related("chapter").get(pk=case.first.thread_id)),
        answer(case, case.spam, 1),
    )
    assert {type(failure) for failure in together} <= {NotNow}
    assert Thread.objects.get(pk=case.first.thread_id).state == Thread.State.DELETED
    Follow.objects.get_or_create(person=fan, thread=case.first.thread)
    for post in Post.objects.filter(thread=case.first.thread):
        tell_followers(post.pk)
    assert not Notice.objects.filter(recipient=fan).exists()
    connection.close()
