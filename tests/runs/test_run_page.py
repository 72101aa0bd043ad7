"""The page of a run: what its owner sees, what others see, what other sites show of it, and how it is without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from redis import Redis

from apps.accounts.models import User
from apps.runs.models import Run, Visibility
from apps.runs.sharing import share
from tests.runs.builders import keep_log, make_project, make_run, make_student, put_events
from workers.protocol import MAX_CODE_BYTES, State


@pytest.fixture
def alan() -> User:
    return make_student("alan")


def read(client: Client, run: Run, query: str = "") -> str:
    answer = client.get(f"/runs/{run.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def shared(user: User, visibility: Visibility = Visibility.PUBLIC, **fields: Any) -> Run:
    return share(run=make_run(user, fields.pop("state", State.SUCCEEDED), **fields), visibility=visibility)


def test_others_see_the_run_and_not_what_is_its_owner_s_alone(client: Client, alan: User) -> None:
    run = shared(alan, name="A curve", note="A secret thought", project=make_project(), code="print('shown')")
    page = read(client, run)
    for words in ("A curve", "Run by alan", "print(&#x27;shown&#x27;)", f"/runs/{run.pk}/tickets/", "Open in my lab"):
        assert words in page
    for words in ("secret thought", "stops/", "pauses/", "inspections/", "labels/", "sharings/", "Run again"):
        assert words not in page


def test_the_owner_sees_name_note_and_link(client: Client, alan: User) -> None:
    client.force_login(alan)
    run = shared(alan, Visibility.LINK, note="My thought")
    page = read(client, run)
    assert "My thought" in page
    assert f"?key={run.share_key}" in page


def test_all_that_a_link_opens_carries_its_key(client: Client, alan: User) -> None:
    run = shared(alan, Visibility.LINK)
    page = read(client, run, f"?key={run.share_key}")
    for path in ("tickets/", "code.py", "notebook.ipynb", "card.png"):
        assert f"/runs/{run.pk}/{path}?key={run.share_key}" in page
    assert f"/lab/?run={run.pk}&amp;key={run.share_key}" in page
    assert f"?plain&amp;key={run.share_key}" in page


@pytest.mark.parametrize("path", ["", "code.py", "notebook.ipynb", "series.json", "card.png"])
def test_what_is_taken_back_is_gone_everywhere(client: Client, alan: User, path: str) -> None:
    run = shared(alan, Visibility.LINK)
    address = f"/runs/{run.pk}/{path}?key={run.share_key}"
    keep_log(run)
    assert client.get(address).status_code == 200
    share(run=run, visibility=Visibility.PRIVATE)
    assert client.get(address).status_code == 404
    share(run=run, visibility=Visibility.LINK)
    assert client.get(address).status_code == 404


def test_a_visitor_may_be_the_owner_and_is_asked_to_log_in(client: Client, alan: User) -> None:
    answer = client.get(f"/runs/{make_run(alan, State.SUCCEEDED).pk}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_other_sites_are_told_of_shared_runs_only(client: Client, alan: User) -> None:
    client.force_login(alan)
    private = make_run(alan, State.SUCCEEDED)
    assert "og:" not in read(client, private)
    assert client.get(f"/runs/{private.pk}/card.png").status_code == 404
    public = shared(alan, name='<b>"Mine"</b>', metrics={"loss": {"last": 0.0312345}})
    page = read(client, public)
    told = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)"', page))
    assert told["og:title"] == "&lt;b&gt;&quot;Mine&quot;&lt;/b&gt;"
    assert told["og:description"] == "A training run that finished. The last loss was 0.03123."
    assert told["og:image"] == f"http://testserver/runs/{public.pk}/card.png"
    assert told["twitter:card"] == "summary_large_image"


def test_search_engines_are_asked_to_list_public_runs_only(client: Client, alan: User) -> None:
    by_link, public = shared(alan, Visibility.LINK), shared(alan)
    assert 'content="noindex"' in read(client, by_link, f"?key={by_link.share_key}")
    assert 'content="noindex"' not in read(client, public)


def test_without_scripts_what_it_said_is_in_the_page(client: Client, alan: User) -> None:
    run = shared(alan, state=State.FAILED, metrics={"loss": {"last": 0.5}}, message="<i>done</i>")
    keep_log(run, ("stdout", {"text": "one\x1b[31m <b>\n"}), ("stderr", {"text": "careful"}))
    page = read(client, run, "?plain")
    assert '<span class="stdout">one &lt;b&gt;\n</span><span class="stderr">careful</span>' in page
    assert "&lt;i&gt;done" in page
    assert "0.5</td>" in page
    assert "http-equiv" not in page


def test_without_scripts_what_goes_on_is_loaded_again(valkey: Redis, client: Client, alan: User) -> None:
    client.force_login(alan)
    run = make_run(alan, State.RUNNING)
    put_events(valkey, run, "so far")
    page = read(client, run, "?plain")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "so far" in page
    assert f"/runs/{run.pk}/stops/plain/" in page


def test_without_scripts_a_run_is_started_and_stopped_by_forms(client: Client, alan: User) -> None:
    client.force_login(alan)
    make_project()
    answer = client.post("/runs/", {"code": "print(1)\r\nprint(2)\r\n", "project": "torch/intro/fit"})
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/runs/{run.pk}/?plain")
    assert (run.code, run.project_id is not None) == ("print(1)\nprint(2)\n", True)
    answer = client.post(f"/runs/{run.pk}/stops/plain/")
    assert (answer.status_code, answer["Location"]) == (303, f"/runs/{run.pk}/?plain")
    run.refresh_from_db()
    assert run.state == State.STOPPED


def test_a_form_that_is_sent_twice_starts_one_run(client: Client, alan: User) -> None:
    client.force_login(alan)
    form = {"code": "print(1)", "csrfmiddlewaretoken": "of one page"}
    assert client.post("/runs/", form)["Location"] == client.post("/runs/", form)["Location"]
    client.post("/runs/", form | {"csrfmiddlewaretoken": "of another"})
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({}, 400, "no code to run"),
        ({"code": " "}, 400, "no code to run"),
        ({"code": "a\0b"}, 400, "NUL"),
        ({"code": "x" * (MAX_CODE_BYTES + 1)}, 413, "longer than 256 KB"),
        ({"code": "print('kept')", "project": "a/b/c"}, 404, "no such project"),
        ({"code": "print('kept')", "project": "x" * 300}, 400, "course/chapter/project"),
    ],
)
def test_a_form_that_is_refused_says_why_and_keeps_the_code(
    client: Client, alan: User, form: dict[str, str], status: int, words: str
) -> None:
    client.force_login(alan)
    answer = client.post("/runs/", form)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "kept" not in form.get("code", "") or "print(&#x27;kept&#x27;)" in answer.content.decode()
    assert not Run.objects.exists()


def test_who_is_logged_out_keeps_the_code(client: Client) -> None:
    answer = client.post("/runs/", {"code": "print('kept')"})
    assert answer.status_code == 401
    assert "print(&#x27;kept&#x27;)" in answer.content.decode()


def test_others_stop_nothing(client: Client, alan: User) -> None:
    run = shared(alan, state=State.RUNNING)
    client.force_login(make_student("ada"))
    assert client.post(f"/runs/{run.pk}/stops/plain/").status_code == 404
    run.refresh_from_db()
    assert run.stop_asked_at is None


def test_the_free_lab_begins_with_code_that_runs(client: Client) -> None:
    page = client.get("/lab/")
    assert page.status_code == 200
    compile(page.context["lab"]["projects"][0]["code"], "lab", "exec")


def test_the_free_lab_takes_the_code_of_a_run_one_may_see(client: Client, alan: User) -> None:
    public, by_link = shared(alan, code="print('public')"), shared(alan, Visibility.LINK, code="print('linked')")
    assert "print(&#x27;public&#x27;)" in client.get(f"/lab/?run={public.pk}").content.decode()
    assert "linked" in client.get(f"/lab/?run={by_link.pk}&key={by_link.share_key}").content.decode()
    assert client.get(f"/lab/?run={by_link.pk}").status_code == 404


@pytest.mark.parametrize("wanted", ["x", "%00", "1", "00000000-0000-0000-0000-000000000000"])
def test_the_free_lab_has_no_code_of_runs_that_there_are_not(client: Client, wanted: str) -> None:
    assert client.get(f"/lab/?run={wanted}").status_code == 404
