"""What stands in the head of a page for machines: where it belongs, what a link to it shows, and what it is (JSON-LD).

A script element of this type is data and never run, so the content policy has nothing against it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.courses.models import Revision

Data = dict[str, Any]
PROVIDER: Data = {"@type": "Organization", "name": "Kindling"}
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@lru_cache(maxsize=512)  # some 4 KB each; the same for every reader of a revision
def describe_chapter(*, site: str, course: tuple[str, str], number: int, slug: str, revision: Revision) -> SafeString:
    """Of a chapter's page; `course` is slug and title, `site` goes before every address. No query; 0.3 ms once."""
    course_url = f"{site}{reverse('progress:course', args=course[:1])}"
    url = f"{site}{reverse('progress:chapter', args=[course[0], slug])}"
    whole: Data = {"@type": "Course", "name": course[1], "url": course_url}
    lesson: Data = {
        "@type": ["Article", "LearningResource"],
        "url": url,
        "headline": revision.title,
        "description": revision.summary,
        "image": f"{url}card.png",
        "inLanguage": "en-GB",
        "learningResourceType": "Lesson",
        "educationalLevel": revision.level,
        "timeRequired": f"PT{revision.minutes}M",
        "position": number,
        "dateModified": revision.updated.isoformat(),
        "isAccessibleForFree": True,
        "isPartOf": whole,
        "author": PROVIDER,
    }
    crumbs = _list_crumbs([("Kindling", f"{site}/"), (course[1], course_url), (revision.title, url)])
    shown = {
        "title": revision.title,
        "about": revision.summary,
        "feed_title": course[1],
        "feed": f"{course_url}feed.xml",
    }
    return _render(url, "article", [lesson, crumbs], shown)


@lru_cache(maxsize=64)
def describe_course(*, site: str, slug: str, title: str, summary: str, minutes: int) -> SafeString:
    """Of a course's page; `minutes` is the reading time of all that can be read."""
    url = f"{site}{reverse('progress:course', args=[slug])}"
    course: Data = {
        "@type": "Course",
        "url": url,
        "name": title,
        "description": summary,
        "image": f"{url}card.png",
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "provider": PROVIDER,
        "offers": {"@type": "Offer", "category": "Free", "price": 0, "priceCurrency": "EUR"},
        "hasCourseInstance": {"@type": "CourseInstance", "courseMode": "Online", "courseWorkload": f"PT{minutes}M"},
    }
    crumbs = _list_crumbs([("Kindling", f"{site}/"), (title, url)])
    return _render(
        url,
        "website",
        [course, crumbs],
        {"title": title, "about": summary, "feed_title": title, "feed": f"{url}feed.xml"},
    )


def _list_crumbs(places: list[tuple[str, str]]) -> Data:
    items = [
        {"@type": "ListItem", "position": at, "name": name, "item": url}
        for at, (name, url) in enumerate(places, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _render(url: str, kind: str, graph: list[Data], shown: dict[str, str]) -> SafeString:
    whole = {"@context": "https://schema.org", "@graph": graph}
    data = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    element = mark_safe(f'<script type="application/ld+json">{data}</script>')  # noqa: S308  no character ends it
    return render_to_string("catalogue/_head.html", {"url": url, "kind": kind, "data": element, **shown})
