"""Who may do what in which state, by requests to every route of discussions and of moderation: what becomes of them.

`.` is done, `L` asked to log in, `x` not theirs (403), `0` nothing there (404), `9` not now (409), `2` not so (422), `t` too
soon (429); `-` is as in the row above. A cell has a letter for each state that is asked, in the order that its table begins
with. The same of the verbs: tests/discussions/test_access.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse

from apps.discussions import urls as discussions
from apps.moderation import hiding, threads
from apps.moderation import urls as moderation
from apps.moderation.views.posts import LONG_WAYS

from .everybody import WORDS, Everybody

pytestmark = pytest.mark.django_db

PEOPLE = "visitor unconfirmed suspended silenced newcomer stranger editor overseer admin student author asker moderator"
# A post: visible, held, hidden, deleted; and visible in a thread that is locked, slow, hidden, deleted.
POSTS = """
vwhdlsHD
POST discussions:reply                  x x x x . . . . .  .0999.00 .9999t00 .0999t90 .999..99
GET  discussions:post                   . . . . . . . . .  .0....00 ......00 .0.....0 ....
GET  discussions:answer                 x x x x . . . . .  .099     .999     .099     .999
POST discussions:vote                   x x x x . . . . .  .0999.00 xxxxxx00 .0999.90 .999..99
POST discussions:acceptance             x x x x x x x . .  x0xx9x00 xxxx9x00 .0999.90 .999..99
GET  discussions:edit                   x x x x x x x . .  x0xx     .9.9     x0xx     ...9
POST discussions:edit                   x x x x x x x . .  x0xx9x00 .9.99.00 x0xx9xx0 ...9....
GET  discussions:history                . . . . . . . . .  .099..00 ...9..00 .099...0 ........
GET  discussions:withdrawal             x x x x x x x x x  x0xx     ...9     x0xx     xxxx
POST discussions:withdrawal             x x x x x x x x x  x0xxxx00 ......00 x0xxxxx0 xxxxxxxx
GET  moderation:item                    L L L x x 0 x . .  x        x        x        ....
POST moderation:claim                   L L L x x 0 x . .  x        x        x        ....
POST moderation:decision                L L L x x 0 x . .  x        x        x        ...9....
GET  moderation:post                    L L L x x 0 x . .  x        x        x        ....
GET  moderation:flag                    L L L x . . . . .  .099     xxxx     .099     .999
POST moderation:flag                    L L L x . . . . .  .099..00 xxxxxx00 .099..90 .999..99
POST moderation:unflag                  L L L . . . . . .  .0....00 ......00 .0.....0 ........
POST moderation:post_change/hiding      L L L x x 0 x . .  x        x        x        ..99....
POST moderation:post_change/deletion    - - - - - 0 - - -  x        -        -        ...9....
POST moderation:post_change/restoring   - - - - - 0 - - -  x        -        -        99..9999
POST moderation:post_change/release     - - - - - 0 - - -  x        -        -        9.999999
"""
# A thread: visible, hidden, deleted, locked, pinned.
THREADS = """
vHDlp
GET  discussions:thread                 . . . . . . . . .  .00..    .00..    ..0..    .....
GET  discussions:thread-feed            . . . . . . . . .  .00..    .00..    .00..    .00..
GET  discussions:news                   . . . . . . . . .  .00..    .00..    ..0..    .....
POST discussions:ticket                 . . . . . . . . .  .00..    .00..    ..0..    .....
GET  discussions:people                 x x x x . . . . .  .00..    .00..    ..0..    .....
POST discussions:reading                x x x . . . . . .  .00..    .00..    ..0..    .....
GET  moderation:thread                  L L L x x 0 x . .  x        x        x        .....
POST moderation:thread_change/locking   L L L x x 0 x . .  x        x        x        ..99.
POST moderation:thread_change/unlocking - - - - - 0 - - -  x        -        -        999.9
POST moderation:thread_change/pinning   - - - - - 0 - - -  x        -        -        .99.9
POST moderation:thread_change/unpinning - - - - - 0 - - -  x        -        -        9999.
POST moderation:thread_change/hiding    L L L x x 0 x . .  x        x        x        .99..
POST moderation:thread_change/deletion  - - - - - 0 - - -  x        -        -        ..9..
POST moderation:thread_change/restoring - - - - - 0 - - -  x        -        -        9..99
POST moderation:thread_change/slowness  - - - - - 0 - - -  x        -        -        ..9..
POST moderation:thread_change/move      - - - - - 0 - - -  x        -        -        ..9..
POST moderation:thread_change/merger    - - - - - 0 - - -  x        -        -        .99..
POST moderation:thread_change/split     - - - - - 0 - - -  x        -        -        .....
"""
REST = """
v
GET  discussions:chapter                . . . . . . . . .  .        .        .        .
POST discussions:chapter                x x x x . . . . .  .        .        .        .
GET  discussions:places                 . . . . . . . . .  .        .        .        .
GET  discussions:mine                   L L L . . . . . .  .        .        .        .
GET  discussions:ask                    L L L 0 0 0 0 0 0  0        0        .        0
GET  discussions:follows                L L L . . . . . .  .        .        .        .
POST discussions:follows                L L L . . . . . .  .        .        .        .
GET  discussions:person                 . . . . . . . . .  .        .        .        .
GET  discussions:course                 . . . . . . . . .  .        .        .        .
GET  discussions:course-feed            . . . . . . . . .  .        .        .        .
POST discussions:preview                x x x . . . . . .  .        .        .        .
GET  moderation:queue                   L L L x x . x . .  x        x        x        .
POST moderation:clearing                L L L x x 9 x . .  x        x        x        .
GET  moderation:person                  L L L x x . x . .  x        x        x        .
POST moderation:sanctions               L L L x x 2 x . .  x        x        x        .
POST moderation:charges                 L L L x x x x x .  x        x        x        x
POST moderation:lifting                 L L L x x x x . .  x        x        x        .
GET  moderation:log                     L L L x x . x . .  x        x        x        .
GET  moderation:filters                 L L L x x . x . .  x        x        x        .
POST moderation:filters                 L L L x x 2 x . .  x        x        x        .
POST moderation:filter_removal          L L L x x x x . .  x        x        x        .
GET  moderation:replies                 L L L x x . x . .  x        x        x        .
POST moderation:replies                 L L L x x 2 x . .  x        x        x        .
GET  moderation:reply                   L L L x x 0 x . .  x        x        x        .
POST moderation:reply                   L L L x x 0 x . .  x        x        x        .
POST moderation:reply_removal           L L L x x 0 x . .  x        x        x        .
GET  moderation:decisions               L L L . . . . . .  .        .        .        .
GET  moderation:public_log              . . . . . . . . .  .        .        .        .
GET  moderation:act                     0 0 0 0 0 0 0 0 0  0        .        0        0
POST moderation:act                     0 0 0 0 0 0 0 0 0  0        .        0        0
"""
WRITES_NOTHING = {"discussions:preview", "discussions:ticket", "moderation:unflag", "discussions:withdrawal"}
"""By POST, where there is nothing to be taken back."""
FRAGMENTS = {"discussions:preview", "discussions:ticket", "discussions:people", "discussions:reading"}
"""What only scripts ask for."""


def read(table: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, route, and the letters by person and state: `author v`."""
    states, *rows = table.strip().splitlines()
    for row in rows:
        method, route, *cells = row.split()
        asked = zip(PEOPLE.split(), cells, strict=True)
        yield (
            method,
            route,
            {f"{who} {s}": x for who, cell in asked for s, x in zip(states, cell, strict=False) if x != "-"},
        )


@pytest.mark.parametrize("table", [POSTS, THREADS, REST], ids=["posts", "threads", "rest"])
def test_every_request_is_answered_as_the_table_says(table: str) -> None:
    everybody = Everybody()
    for method, route, expected in read(table):
        found = {}
        for cell in expected:
            name, state = cell.split()
            found[cell], answer, wrote = everybody.ask(name, method, route, state)
            check(method, route, found[cell], answer, wrote)
        assert found == expected, f"{method} {route}"


def check(method: str, route: str, letter: str, answer: HttpResponse, wrote: bool) -> None:
    """What is refused changes nothing and says so on a page, with the words that were sent; nor does a GET change anything."""
    body = answer.content.decode()
    if letter != "." or method == "GET":
        assert not wrote, route
    elif route not in WRITES_NOTHING:
        assert wrote, route
    if letter in "x092t" and route not in FRAGMENTS:
        assert "<h1" in body, route
    if letter in "92t" or (letter == "x" and "This was not done" in body):
        assert 'role="alert"' in body or 'class="errors"' in body, route
        assert method == "GET" or WORDS in body, route


def test_every_route_stands_in_the_tables_with_every_method() -> None:
    listed = {(method, route) for table in (POSTS, THREADS, REST) for method, route, _ in read(table)}
    everybody = Everybody()
    for route in list_routes():
        methods = {method for method, each in listed if each == route}
        assert methods, f"{route} stands in no table"
        for method in {"GET", "POST"} - methods:
            assert everybody.ask("admin", method, route, "v")[1].status_code == 405, (method, route)
    assert {route for _, route in listed} == set(list_routes())


def list_routes() -> Iterator[str]:
    ways = {"post_change": list(hiding.WAYS), "thread_change": [*threads.WAYS, *LONG_WAYS]}
    for urls in (discussions, moderation):
        for pattern in urls.urlpatterns:
            name = f"{urls.app_name}:{pattern.name}"
            yield from (f"{name}/{way}" for way in ways[pattern.name]) if pattern.name in ways else [name]
