"""What search engines, feed readers and other sites are told."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Chapter, Course
from tests.quizzes.chapters import build_chapter, edit_chapter

from .chapters import explain

pytestmark = pytest.mark.django_db
CHAPTER = "/courses/essentials/chapter-1/"
SITE = "http://testserver"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = '</script><script>alert("1")</script>&'


def read_xml(client: Client, address: str) -> Any:
    return ElementTree.fromstring(client.get(address).content)  # noqa: S314  our own


def read_data(page: str) -> Any:
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(data)["@graph"]


@pytest.mark.parametrize("address", ["/feed.xml", "/courses/essentials/feed.xml"])
def test_a_feed_tells_new_and_changed_chapters(client: Client, chapter: Chapter, address: str) -> None:
    second = build_chapter(chapter.course, 2)
    build_chapter(chapter.course, 3, live=False)
    explain(chapter, {}, summary=HOSTILE)
    assert client.get(address).headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = read_xml(client, address)
    entries = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in entries] == [
        f"{SITE}{each.get_absolute_url()}" for each in (chapter, second)
    ]
    changed = entries[0]
    assert changed.findtext(f"{ATOM}title") == "1. Chapter 1"
    assert changed.findtext(f"{ATOM}summary") == escape(HOSTILE)  # declared as HTML
    assert changed.findtext(f"{ATOM}published", "") < changed.findtext(f"{ATOM}updated", "")
    assert feed.findtext(f"{ATOM}updated") == changed.findtext(f"{ATOM}updated")
    for name in ("id", "title", "author"):  # RFC 4287, 4.1.1
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{SITE}{address}"
    assert all(link.startswith(SITE) for link in links.values())


def test_a_feed_without_chapters_is_a_feed(client: Client) -> None:
    assert read_xml(client, "/feed.xml").findtext(f"{ATOM}updated")
    assert client.get("/courses/nothing/feed.xml").status_code == 404


def test_the_sitemap_lists_what_is_published_and_nothing_else(client: Client, chapter: Chapter) -> None:
    build_chapter(chapter.course, 2, live=False)
    Course.objects.create(slug="empty", title="Empty")
    found = read_xml(client, "/sitemap.xml")
    assert [one.text for one in found.iter(f"{MAP}loc")] == [
        f"{SITE}{path}" for path in ("/", "/courses/essentials/", "/courses/essentials/glossary/", CHAPTER)
    ]
    assert {one.text for one in found.iter(f"{MAP}lastmod")} == {chapter.live_revision.created_at.isoformat()}
    Chapter.objects.update(live=None)
    assert list(read_xml(client, "/sitemap.xml")) == []


def test_robots_are_told_where_nothing_is_for_them(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /notes/", "Disallow: /editing/", f"Sitemap: {SITE}/sitemap.xml"} <= set(lines)


@pytest.mark.parametrize(
    "address", ["/feed.xml", "/sitemap.xml", "/robots.txt", "/courses/essentials/card.png", f"{CHAPTER}card.png"]
)
def test_what_has_not_changed_is_not_sent_again(client: Client, chapter: Chapter, address: str) -> None:
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post(address).status_code == 405
    assert client.get(address, headers={"host": "elsewhere.example"}).status_code == 400


def test_a_link_shows_a_picture_of_its_chapter(client: Client, chapter: Chapter) -> None:
    first = client.get(f"{CHAPTER}card.png")
    picture = Image.open(BytesIO(first.content))
    assert (first.headers["Content-Type"], picture.format, picture.size) == ("image/png", "PNG", (1200, 630))
    explain(chapter, {}, title="A title that goes on and on " * 5)
    assert client.get(f"{CHAPTER}card.png").headers["ETag"] != first.headers["ETag"]
    Chapter.objects.update(live=None)
    assert client.get(f"{CHAPTER}card.png").status_code == 404


def test_a_chapter_says_what_it_is(client: Client, chapter: Chapter) -> None:
    explain(chapter, {}, title=HOSTILE[:100], summary=HOSTILE)
    page = client.get(CHAPTER).content.decode()
    lesson, crumbs = read_data(page)
    assert (lesson["headline"], lesson["description"]) == (HOSTILE, HOSTILE)
    assert (lesson["url"], lesson["isPartOf"]["url"]) == (f"{SITE}{CHAPTER}", f"{SITE}/courses/essentials/")
    assert (lesson["timeRequired"], lesson["educationalLevel"]) == ("PT7M", "Introductory")
    assert [each["item"] for each in crumbs["itemListElement"]] == [
        f"{SITE}/",
        f"{SITE}/courses/essentials/",
        f"{SITE}{CHAPTER}",
    ]
    assert HOSTILE not in page
    assert f'<link rel="canonical" href="{SITE}{CHAPTER}">' in page
    assert f'<meta property="og:image" content="{SITE}{CHAPTER}card.png">' in page
    assert f'<link rel="alternate" type="application/atom+xml" href="{SITE}/courses/essentials/feed.xml"' in page


def test_a_course_says_what_it_is(client: Client, chapter: Chapter) -> None:
    build_chapter(chapter.course, 2)
    course, _ = read_data(client.get("/courses/essentials/").content.decode())
    assert (course["@type"], course["name"], course["hasCourseInstance"]["courseWorkload"]) == (
        "Course",
        "Essentials",
        "PT14M",
    )


@pytest.mark.parametrize("rows", [1, 10])
def test_what_it_costs(
    client: Client, chapter: Chapter, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        edit_chapter(build_chapter(chapter.course, number + 2))
    for address, queries in (("/feed.xml", 1), ("/courses/essentials/feed.xml", 2), ("/sitemap.xml", 1)):
        with django_assert_num_queries(queries):
            client.get(address)
