"""Discussions as Atom feeds (RFC 4287): what everybody may read, the same for all who ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from apps.catalogue.feeds import clean
from apps.courses.models import Course

from .access import list_public_posts, list_public_threads
from .lists import Sort, Wish, find_some
from .models import Post, Thread
from .news import list_newest
from .reading import locate

MOST = 50
NOBODY = AnonymousUser()


def write_course_feed(course: Course, *, page: str, itself: str, site: str) -> str:
    """Its newest threads, with what they begin with. Three queries. `site` goes before every address."""
    threads = find_some(list_public_threads(), course, Wish(Sort.NEWEST), MOST)
    posts = (
        list_public_posts().filter(thread__in=threads, parent=None).select_related("author", "thread__chapter__course")
    )
    title = f"Kindling: discussions of {course.title}"
    return _write(posts.order_by("-pk"), title=title, page=page, itself=itself, site=site)


def write_thread_feed(thread: Thread, *, page: str, itself: str, site: str) -> str:
    """Its newest posts. Three queries, whatever its size."""
    first = Post.objects.filter(thread=thread, parent=None).values_list("pk", flat=True)
    posts = list_public_posts().filter(pk__in=[*list_newest(thread, MOST), *first])
    posts = posts.select_related("author", "thread__chapter__course")
    return _write(posts.order_by("-pk"), title=f"Kindling: {thread.title}", page=page, itself=itself, site=site)


def _write(posts: Iterable[Post], *, title: str, page: str, itself: str, site: str) -> str:
    feed = Atom1Feed(
        title=clean(title),
        link=f"{site}{page}",
        description="",
        language="en-GB",
        feed_url=f"{site}{itself}",
        feed_guid=f"{site}{itself}",
    )
    for post in posts:
        feed.add_item(
            title=clean(f"{'' if post.parent_id is None else 'Re: '}{post.thread.title}"),
            link=f"{site}{locate(post, post.thread)}",
            description=clean(post.html),
            author_name=clean(str(post.author) if post.author else "former member"),
            unique_id=f"{site}/discussions/posts/{post.pk}/",
            pubdate=post.created_at,
            updateddate=post.edited_at or post.created_at,
            categories=[clean(post.thread.chapter.title), post.thread.get_kind_display()],
        )
    if not feed.items:
        feed.latest_post_date = _tell_now  # type: ignore[method-assign]
    return feed.writeString("utf-8")


def _tell_now() -> datetime:
    return timezone.now()
