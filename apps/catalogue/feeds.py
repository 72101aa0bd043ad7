"""New and changed chapters as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from apps.courses.models import Chapter

MOST = 50
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_feed(chapters: Iterable[Chapter], *, title: str, about: str, page: str, itself: str, site: str) -> str:
    """`chapters` come from `list_newest`; `page` is what the feed is about, `itself` where it stands, `site` goes before
    every address. An entry keeps its id when its chapter changes, and so readers see the change in place.
    """
    feed = Atom1Feed(
        title=clean(title),
        link=f"{site}{page}",
        description=clean(about),
        subtitle=clean(about) or None,
        language="en-GB",
        feed_url=f"{site}{itself}",
        feed_guid=f"{site}{itself}",
        author_name="Kindling",
    )
    for chapter in chapters:
        _add(feed, chapter, site)
    if not feed.items:
        feed.latest_post_date = timezone.now  # type: ignore[method-assign]
    return feed.writeString("utf-8")


def _add(feed: Atom1Feed, chapter: Chapter, site: str) -> None:
    live, url = chapter.live_revision, f"{site}{chapter.get_absolute_url()}"
    feed.add_item(
        title=clean(f"{chapter.number}. {live.title}"),
        link=url,
        description=escape(clean(live.summary)),  # the library calls it HTML,
        unique_id=url,
        pubdate=chapter.published_at,  # type: ignore[attr-defined]
        updateddate=live.created_at,
        categories=[clean(chapter.course.title), clean(live.level)],
    )


def clean(text: str) -> str:
    """Without the characters that make of a whole feed no XML."""
    return NOT_IN_XML.sub("", text)
