"""Who sees a run: nobody else, who has the link, or everybody; and nobody any longer once it is taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise, product
from typing import Any, cast

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import Client
from redis import Redis

from apps.accounts.models import User
from apps.runs import access
from apps.runs.models import Run, Visibility
from apps.runs.sharing import share
from apps.runs.tickets import CLOSINGS
from apps.runs.visitors import MAX_LOOKS
from tests.runs.builders import make_run, make_student
from workers.protocol import State

Commit = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def alan() -> User:
    return make_student("alan")


@pytest.fixture
def run(alan: User) -> Run:
    return make_run(alan, State.SUCCEEDED)


def key_of(run: Run) -> str:
    return run.share_key or ""


@pytest.mark.parametrize(
    ("visibility", "with_key", "seen"),
    [
        (Visibility.PRIVATE, False, False),
        (Visibility.LINK, False, False),
        (Visibility.LINK, True, True),
        (Visibility.PUBLIC, False, True),
        (Visibility.PUBLIC, True, True),
    ],
)
def test_others_see_what_is_shared_with_them(run: Run, visibility: Visibility, with_key: bool, seen: bool) -> None:
    share(run=run, visibility=visibility)
    for viewer in (AnonymousUser(), make_student("ada")):
        assert access.may_see(viewer, run, key_of(run) if with_key else "") is seen


@pytest.mark.parametrize("visibility", Visibility)
def test_the_owner_always_does(alan: User, run: Run, visibility: Visibility) -> None:
    share(run=run, visibility=visibility)
    assert access.load_visible(alan, run.pk) == run


@pytest.mark.parametrize("key", ["", "x", "é", "\ud800", "\0", "None", "x" * 43, "x" * 100_000])
@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.LINK])
def test_no_other_key_opens_it(run: Run, visibility: Visibility, key: str) -> None:
    share(run=run, visibility=visibility)
    with pytest.raises(Http404):
        access.load_visible(AnonymousUser(), run.pk, key)


def test_the_key_of_one_run_opens_no_other(alan: User, run: Run) -> None:
    other = share(run=make_run(alan, State.SUCCEEDED), visibility=Visibility.LINK)
    share(run=run, visibility=Visibility.LINK)
    assert not access.may_see(AnonymousUser(), run, key_of(other))


def test_nobody_sees_the_runs_of_who_is_suspended(alan: User, run: Run) -> None:
    share(run=run, visibility=Visibility.PUBLIC)
    alan.is_active = False
    alan.save()
    assert not access.list_visible(AnonymousUser()).exists()
    with pytest.raises(Http404):
        access.load_visible(AnonymousUser(), run.pk)


def test_a_link_that_was_revoked_stays_so(run: Run) -> None:
    old = key_of(share(run=run, visibility=Visibility.LINK))
    share(run=run, visibility=Visibility.PRIVATE)
    assert not access.may_see(AnonymousUser(), run, old)
    assert key_of(share(run=run, visibility=Visibility.LINK)) != old
    assert not access.may_see(AnonymousUser(), run, old)


def test_sharing_by_link_again_keeps_the_link(run: Run) -> None:
    key = key_of(share(run=run, visibility=Visibility.LINK))
    assert len(key) == 43
    assert key_of(share(run=run, visibility=Visibility.LINK)) == key


@pytest.mark.parametrize(("before", "after"), list(product(Visibility, Visibility)))
def test_streams_of_others_end_when_somebody_may_see_it_no_more(
    valkey: Redis, run: Run, commit: Commit, before: Visibility, after: Visibility
) -> None:
    share(run=run, visibility=before)
    with commit():
        share(run=run, visibility=after)
    narrower = before != after and before != Visibility.PRIVATE and after != Visibility.PUBLIC
    told: list[dict[bytes, bytes]] = [fields for _, fields in cast("Any", valkey.xrange(CLOSINGS))]
    assert [(each[b"user"].decode(), each[b"run"].decode()) for each in told] == [
        (str(run.user_id), str(run.pk))
    ] * narrower


def post(client: Client, run: Run, visibility: str) -> int:
    return client.post(f"/runs/{run.pk}/sharings/", {"visibility": visibility}).status_code


def test_the_owner_shares_and_takes_back_on_the_page(client: Client, alan: User, run: Run) -> None:
    client.force_login(alan)
    for before, after in pairwise([Visibility.PRIVATE, Visibility.LINK, Visibility.PUBLIC, Visibility.PRIVATE]):
        run.refresh_from_db()
        assert run.visibility == before
        assert post(client, run, after) == 303
    run.refresh_from_db()
    assert run.visibility == Visibility.PRIVATE


@pytest.mark.parametrize("visibility", ["", "all", "PUBLIC", "\0", "x" * 10_000])
def test_other_words_share_nothing(client: Client, alan: User, run: Run, visibility: str) -> None:
    client.force_login(alan)
    assert post(client, run, visibility) == 400
    assert Run.objects.get().visibility == Visibility.PRIVATE


def test_others_share_nothing(client: Client, run: Run) -> None:
    assert post(client, run, "public") == 302
    client.force_login(make_student("ada"))
    assert post(client, run, "public") == 404
    share(run=run, visibility=Visibility.PUBLIC)
    assert post(client, run, "private") == 404
    assert Run.objects.get().visibility == Visibility.PUBLIC


@pytest.mark.parametrize("noun", ["stops", "pauses", "resumes", "steps", "inspections", "labels", "pins"])
def test_whoever_sees_it_still_changes_nothing(client: Client, run: Run, noun: str) -> None:
    share(run=run, visibility=Visibility.PUBLIC)
    client.force_login(make_student("ada"))
    assert client.post(f"/runs/{run.pk}/{noun}/", {}).status_code == 404


def ask_for_ticket(client: Client, run: Run, key: str = "") -> int:
    return client.post(f"/runs/{run.pk}/tickets/?key={key}").status_code


def test_visitors_watch_what_is_shared(client: Client, run: Run) -> None:
    assert ask_for_ticket(client, run) == 401
    share(run=run, visibility=Visibility.LINK)
    assert ask_for_ticket(client, run) == 401
    assert ask_for_ticket(client, run, "another") == 404
    assert ask_for_ticket(client, run, key_of(run)) == 200
    share(run=run, visibility=Visibility.PUBLIC)
    assert ask_for_ticket(client, run) == 200
    share(run=run, visibility=Visibility.PRIVATE)
    assert ask_for_ticket(client, run) == 401
    client.force_login(make_student("ada"))
    assert ask_for_ticket(client, run) == 404


def test_visitors_of_one_network_watch_so_many_runs_and_people_more(client: Client, run: Run) -> None:
    share(run=run, visibility=Visibility.PUBLIC)
    answers = [ask_for_ticket(client, run) for _ in range(2 * MAX_LOOKS + 1)]
    assert set(answers) == {200, 429}
    assert MAX_LOOKS <= answers.count(200) <= 2 * MAX_LOOKS, "a minute may have ended meanwhile"
    answer = client.post(f"/runs/{run.pk}/tickets/")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    for path in ("?plain", "notebook.ipynb", "series.json", "card.png"):
        assert client.get(f"/runs/{run.pk}/{path}").status_code == 429
    client.force_login(make_student("ada"))
    assert ask_for_ticket(client, run) == 200
    assert client.get(f"/runs/{run.pk}/series.json").status_code == 200


def test_a_run_that_is_not_there_is_like_one_that_is_private(client: Client, run: Run) -> None:
    answers = [client.post(f"/runs/{each}/tickets/") for each in (run.pk, uuid.uuid4())]
    assert answers[0].content == answers[1].content
