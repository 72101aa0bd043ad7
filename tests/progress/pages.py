"""What a reader finds on the chapter page, read from its HTML: a page is filled, not rendered, so it has no context."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from django.test import Client

from .students import CHAPTER


def open_page(client: Client, url: str = CHAPTER) -> dict[str, Any]:
    """The parts of the page by name, in the form in which the tests compare them."""
    answer = client.get(url)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<!--" not in page, "a hole was not filled"
    state = read_json(page, "chapter-state")
    done_of = state.pop("projects")
    done = re.search(r'Saved on your path on <time datetime="([^"]+)"', page)
    return {
        "state": state,
        "projects": [project | done_of[project["key"]] for project in read_json(page, "lab-projects")],
        "outline": [
            (key, number, bool(read))
            for number, (read, key) in enumerate(re.findall(r'<li( data-read)?><a href="#([^"]+)">', page), start=1)
        ],
        "missing": list_missing(page),
        "finished_at": done[1] if done else None,
        "body": re.findall(r'<article class="chapter-text"(?: data-verified)?>(.*)</article>', page, re.DOTALL)[0],
        "previous": find_link(page, "prev"),
        "next": find_link(page, "next"),
    }


def read_json(page: str, name: str) -> Any:
    return json.loads(re.findall(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL)[0])


def list_missing(page: str) -> list[tuple[str, str]]:
    """Text and address of each thing that the finish panel asks for."""
    panel = re.findall(r'<section class="finish.*?</section>', page, re.DOTALL)[0]
    gaps = re.findall(r'<li><span><a href="([^"]+)">(.*?)</a>', panel)
    return [(unescape(text), href) for href, text in gaps]


def find_link(page: str, rel: str) -> tuple[str, str] | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"><span>.*?</span>(.*?)</a>', page)
    return (unescape(found[2]), found[1]) if found else None
