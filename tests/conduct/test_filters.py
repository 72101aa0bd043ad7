from __future__ import annotations

import pytest

from apps.conduct.filters import find_filter, normalise, normalise_link
from apps.conduct.models import Filter

from .people import build_course

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("cheap pills", "Buy CHEAP\u200b   pills!", True),
        ("pill", "pills", False),
        ("pill", "spill the pill", True),
        ("ﬁne", "fine", True),
        ("a" * 100, "a" * 20_000, False),
    ],
)
def test_words_are_found_as_words(pattern: str, text: str, found: bool) -> None:
    Filter.objects.create(kind="word", pattern=normalise(pattern))
    assert bool(find_filter(text, course_id=build_course().pk)) == found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("https://www.Evil.com/", "see [x](http://evil.com/a?b)", True),
        ("evil.com", "//shop.evil.com", True),
        ("evil.com", "www.evil.com", True),
        ("evil.com", "https://notevil.com", False),
        ("evil.com/shop", "https://evil.com/shop/1", True),
        ("evil.com/shop", "https://evil.com/shopping", False),
        ("evil.com", "evil.com is only a word; http://[", False),
    ],
)
def test_links_are_found_by_their_site(pattern: str, text: str, found: bool) -> None:
    Filter.objects.create(kind="link", pattern=normalise_link(pattern))
    assert bool(find_filter(text, course_id=build_course().pk)) == found


def test_a_filter_of_a_course_holds_there_and_refusing_comes_first() -> None:
    here, there = build_course(), build_course("other")
    Filter.objects.create(kind="word", pattern="x", course=here, action="hold")
    Filter.objects.create(kind="word", pattern="x", action="refuse")
    found = find_filter("x", course_id=here.pk)
    assert found
    assert found.action == "refuse"
    Filter.objects.filter(course=None).delete()
    assert find_filter("x", course_id=here.pk)
    assert not find_filter("x", course_id=there.pk)
