"""Moderators who do things at the same moment as others: right counts, one effect, no text lost, and nobody waits in a circle."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from apps.accounts.models import User
from apps.conduct.models import Act, Appeal, Sanction, Verb
from apps.conduct.sanctioning import lift, silence
from apps.discussions.accepting import accept
from apps.discussions.editing import edit
from apps.discussions.following import follow, mark_read
from apps.discussions.models import Edit, Follow, Post, State, Thread, Vote
from apps.discussions.posting import reply
from apps.discussions.refusals import NotAllowed, NotNow
from apps.discussions.telling import tell_followers
from apps.discussions.voting import vote
from apps.moderation import appealing, hiding, moving, settling, threads
from apps.moderation.clearing import Chosen, clear
from apps.moderation.flagging import flag, unflag
from apps.moderation.models import Flag, ReviewItem
from apps.moderation.refusals import Stale
from apps.moderation.settling import Fate, Remedy
from apps.notices.models import Notice
from tests.conduct.people import build_moderator, build_person, reload
from tests.discussions.crowds import act_at_once, act_behind, list_raised
from tests.discussions.talks import build_chapter, build_reply, build_thread

from .cases import Case, find_reason
from .test_threads import check_tree

pytestmark = pytest.mark.django_db(transaction=True)
Do = Callable[[], Any]


def load(post: Post) -> Post:
    """With all that pages load beside it."""
    return Post.objects.select_related("author", "thread__author", "thread__chapter__course").get(pk=post.pk)


def say(person: User, parent: Post) -> Do:
    """Each on a page that was loaded now, before anything else happens."""
    return partial(reply, actor=reload(person), parent=load(parent), body="I say so.", client_token=uuid.uuid4())


def vote_for(person: User, post: Post) -> Do:
    return partial(vote, actor=reload(person), post=load(post), value=1)


def raise_flag(person: User, post: Post) -> Do:
    return partial(flag, actor=reload(person), post=load(post), reason=find_reason())


def follow_it(person: User, post: Post) -> Do:
    return partial(follow, actor=reload(person), target=load(post).thread)


def list_kinds(answers: Iterable[Any]) -> list[type[Exception]]:
    return [type(each) for each in list_raised(answers)]


def check_numbers(*of: Thread) -> None:
    """Trees, and what is counted beside them, agree with what there is."""
    for thread in of:
        check_tree(thread)
        first = Post.objects.filter(thread=thread, parent=None).first()
        assert Thread.objects.get(pk=thread.pk).score == (first.wilson if first else 0)
    for post in Post.objects.all():
        votes = Vote.objects.filter(post=post)
        assert (post.ups, post.downs) == (votes.filter(value=1).count(), votes.filter(value=-1).count())
    for item in ReviewItem.objects.filter(post__isnull=False).select_related("post__thread__chapter"):
        waiting = Flag.objects.filter(item=item, outcome=None)
        assert item.score == sum(each.weight for each in waiting)
        assert item.post
        assert item.course_id == item.post.thread.chapter.course_id


def test_of_moderators_who_decide_one_item_at_once_one_decides() -> None:
    case = Case()
    for number, fate in enumerate((Fate.HIDE, Fate.DELETE)):
        post = build_reply(case.first, case.eve, f"Gold {number}")
        case.flag(post)
        item = case.item(post)
        seen: dict[str, Any] = {"item": item, "version": item.version, "reason": "Spam"}
        before = Act.objects.count()
        answers = act_at_once(
            [
                partial(settling.agree, actor=reload(case.mo), remedy=Remedy(fate=fate), **seen),
                partial(settling.disagree, actor=reload(case.di), **seen),
                partial(settling.ignore, actor=reload(case.mo), **seen),
                partial(settling.claim, actor=reload(case.di), item=item),
                partial(clear, actor=reload(case.di), chosen=[Chosen(item.pk, 1)], outcome="hide", reason="Spam"),
            ]
        )
        assert list_kinds(answers) == [Stale] * 3
        found, settled = case.read(post), case.item(post)
        outcome = {"hide": "agreed", "delete": "agreed", "disagree": "disagreed", "ignore": "ignored"}
        verbs = list(Act.objects.order_by("pk").values_list("verb", flat=True))[before:]
        assert Flag.objects.get(post=post).outcome == outcome[verbs[-1]], verbs
        assert len(verbs) == 1 or verbs[0] == Verb.BULK
        assert (settled.state, settled.claimed_by) == (ReviewItem.State.SETTLED, None)
        assert (found.state == State.VISIBLE) == (verbs[-1] in ("disagree", "ignore"))
    check_numbers(case.first.thread)


def test_a_flag_that_comes_while_another_is_decided_is_refused_or_waits_for_a_decision_of_its_own() -> None:
    case, zoe = Case(), build_person("Zoe")
    case.flag()
    old = case.item()
    decide = partial(settling.disagree, actor=case.mo, item=old, version=old.version, reason="")
    answers = act_behind(
        decide, [raise_flag(zoe, case.spam), partial(unflag, actor=case.ada, post=case.spam), say(zoe, case.spam)]
    )
    assert list_raised(answers) == []
    assert set(Flag.objects.values_list("person", "outcome")) == {(case.ada.pk, "disagreed"), (zoe.pk, None)}
    item = case.item()
    assert (item.state, item.score) == (ReviewItem.State.OPEN, 1.0)

    late = partial(settling.agree, actor=case.di, item=item, version=item.version, reason="Spam", remedy=Remedy())
    assert list_kinds(act_behind(raise_flag(build_person("Yan"), case.spam), [late])) == [Stale]
    item = case.item()
    remove = partial(settling.agree, actor=case.mo, item=item, version=item.version, reason="Spam", remedy=Remedy())
    answers = act_behind(
        remove,
        [
            raise_flag(build_person("Wim"), case.spam),
            partial(hiding.change_post, actor=case.di, post=case.spam, way=hiding.DELETION, reason="Spam"),
            partial(unflag, actor=zoe, post=case.spam),
            partial(edit, actor=reload(case.eve), post=load(case.spam), body="Buy silver."),
        ],
    )
    assert set(list_kinds(answers)) == {NotNow}
    assert isinstance(answers[0], NotNow), "the flag: the post is hidden"
    assert answers[1].verb == Verb.DELETE
    assert answers[2] is None
    assert (case.read().state, case.item().state) == (State.DELETED, ReviewItem.State.SETTLED)
    check_numbers(case.first.thread)


def test_two_who_clear_the_same_items_share_them() -> None:
    case = Case()
    posts = [build_reply(build_thread(case.chapter, case.ada, f"T{n}"), case.eve, f"Gold {n}") for n in range(4)]
    for post in posts:
        case.flag(post)
    chosen = [Chosen(case.item(post).pk, 1) for post in posts]
    answers = act_at_once(
        [
            partial(clear, actor=reload(case.mo), chosen=chosen, outcome="hide", reason="Spam"),
            partial(clear, actor=reload(case.di), chosen=chosen[::-1], outcome="disagree", reason=""),
            partial(moving.merge, actor=case.mo, thread=posts[3].thread, into=posts[0].thread, reason="Same"),
            *(
                partial(hiding.change_post, actor=case.di, post=p, way=hiding.DELETION, reason="Spam")
                for p in posts[:2]
            ),
        ]
    )
    assert set(list_kinds(answers)) <= {Stale, NotNow}
    assert not ReviewItem.objects.filter(state=ReviewItem.State.OPEN).exists()
    for post in posts:
        decided = Act.objects.filter(target_kind="post", target_id=post.pk).values_list("verb", flat=True)
        assert sum(verb in ("hide", "disagree") for verb in decided) <= 1
    check_numbers(*(post.thread for post in posts))


def test_an_item_is_claimed_by_one_and_a_claim_bars_no_decision() -> None:
    case = Case()
    item = case.flag().item
    people = [case.mo, case.di, build_moderator("Ty", case.chapter.course)]
    claims = act_at_once([partial(settling.claim, actor=person, item=item) for person in people])
    assert sorted(claims) == [False, False, True]
    decide = partial(settling.ignore, actor=case.mo, item=item, version=item.version, reason="")
    assert act_behind(decide, [partial(settling.claim, actor=person, item=item) for person in people]) == [False] * 3
    assert case.item().claimed_by is None


def test_what_comes_into_a_thread_while_it_is_merged_or_split_comes_along() -> None:
    case, fan, zoe = Case(), build_person("Fan"), build_person("Zoe")
    other = build_thread(case.chapter, case.eve, "Other")
    answer = build_reply(other, case.ada)
    third = build_thread(build_chapter("other"), case.ada, "Third")
    merge = partial(moving.merge, actor=case.mo, thread=other.thread, into=case.first.thread, reason="Same")
    again = partial(moving.merge, actor=case.di, thread=other.thread, into=case.first.thread, reason="Same")
    onwards = partial(moving.merge, actor=case.di, thread=case.first.thread, into=third.thread, reason="Same")
    acts = [
        say(case.eve, other),
        say(case.ada, answer),
        say(zoe, case.spam),
        vote_for(fan, other),
        vote_for(fan, answer),
    ]
    acts += [vote_for(zoe, case.first), follow_it(fan, other), raise_flag(zoe, answer)]
    acts += [
        partial(accept, actor=reload(case.eve), post=load(answer)),
        partial(mark_read, actor=fan, thread=other.thread, last_post_id=answer.pk),
    ]
    answers = act_behind(merge, [*acts, again, onwards])
    assert set(list_kinds(answers)) <= {NotNow, NotAllowed}
    assert len(list_raised(answers)) == 2, (
        "the second merger, and accepting an answer to a question that is another's now"
    )
    assert check_tree(third.thread)[:2] == [third.pk, case.first.pk]
    assert Post.objects.filter(thread=third.thread, body="I say so.").count() == 3
    assert Follow.objects.filter(person=fan, thread=third.thread).exists()
    assert not Thread.objects.exclude(pk=third.thread_id).exclude(merged_into=third.thread).exists()

    cut = partial(moving.split, actor=case.mo, thread=load(third).thread, posts=[answer.pk], title="New", reason="Off")
    acts = [vote_for(person, answer) for person in (case.eve, zoe, case.di)]
    acts += [say(zoe, answer), partial(edit, actor=reload(case.ada), post=load(answer), body="Because, indeed.")]
    acts += [raise_flag(fan, answer), follow_it(case.eve, answer)]
    assert list_raised(act_behind(cut, acts)) == []
    new = Thread.objects.get(title="New")
    assert new.score > 0
    assert [edit.body for edit in Edit.objects.filter(post=answer)] == ["Because."]
    check_numbers(new, third.thread, case.first.thread, other.thread)


@pytest.mark.parametrize("way", ["moved", "deleted"])
def test_who_takes_part_while_a_thread_goes_is_counted_where_it_is_or_told_that_it_has_gone(way: str) -> None:
    case, fan = Case(), build_person("Fan")
    go: dict[str, Do] = {
        "moved": partial(
            moving.move, actor=case.mo, thread=case.first.thread, chapter=build_chapter("there"), reason="X"
        ),
        "deleted": partial(
            threads.change_thread, actor=case.mo, thread=case.first.thread, way=threads.DELETION, reason="Spam"
        ),
    }
    acts = [say(case.ada, case.spam), raise_flag(fan, case.spam), follow_it(fan, case.first), vote_for(fan, case.first)]
    answers = act_behind(go[way], acts)
    thread = Thread.objects.get(pk=case.first.thread_id)
    for post in Post.objects.filter(thread=thread):
        tell_followers(post.pk)
    told = Notice.objects.filter(recipient=fan).exists()
    assert list_kinds(answers) == {"moved": [], "deleted": [NotNow, NotNow]}[way]
    assert told == (way == "moved")
    assert Post.objects.filter(thread=thread).count() == 2 + (way == "moved")
    check_numbers(thread)


def test_whoever_posts_while_they_are_silenced_has_posted_or_is_told_and_posts_no_more() -> None:
    case = Case()
    hush = partial(silence, actor=case.mo, person=case.eve, course=case.chapter.course, reason="Noise", ends_at=None)

    def say_at_once() -> Post:
        return say(case.eve, case.spam)()  # type: ignore[no-any-return]

    answers = act_at_once([*([say_at_once] * 6), hush])
    refused = list_raised(answers)
    assert {type(each) for each in refused} <= {NotAllowed}
    assert Post.objects.filter(body="I say so.").count() == 6 - len(refused)
    assert Sanction.objects.count() == 1
    with pytest.raises(NotAllowed, match="silenced"):
        say_at_once()
    check_numbers(case.first.thread)


def test_an_appeal_is_made_once_and_decided_by_one_whatever_else_is_done() -> None:
    case = Case()
    ty = build_moderator("Ty", case.chapter.course)
    hidden = hiding.change_post(actor=case.mo, post=case.spam, way=hiding.HIDING, reason="Spam")
    hushed = silence(actor=case.mo, person=case.eve, course=case.chapter.course, reason="Noise", ends_at=None)
    for act in (hidden, hushed.act):
        made = act_at_once([partial(appealing.appeal, actor=reload(case.eve), act=act, text="Unfair")] * 3)
        assert list_kinds(made) == [NotNow] * 2
    for act, undo in (
        (hidden, partial(hiding.change_post, actor=case.mo, post=case.spam, way=hiding.RESTORING, reason="")),
        (hushed.act, partial(lift, actor=case.mo, sanction=hushed, reason="Enough")),
    ):
        item = ReviewItem.objects.select_related("appeal__act__course", "appeal__person").get(appeal__act=act)
        words: dict[str, Any] = {"item": item, "version": item.version, "answer": "We looked again."}
        grant = [partial(appealing.decide, actor=reload(one), grants=one == case.di, **words) for one in (case.di, ty)]
        answers = act_at_once([*grant, undo])
        assert set(list_kinds(answers)) <= {Stale, NotNow}
        assert list_kinds(answers[:2]) == [Stale]
        decision = Act.objects.get(verb=Verb.DECIDE, target_id=item.appeal_id or 0)
        assert Appeal.objects.get(act=act).state == ("granted" if decision.details["granted"] else "refused")
        assert Act.objects.filter(reverts=act).count() == 1, "by the appeal or by the moderator, once"
    assert case.read().state == State.VISIBLE
    assert Sanction.objects.get().lifted_at
    check_numbers(case.first.thread)
