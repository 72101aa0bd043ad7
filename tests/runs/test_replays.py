"""A run told again in few words is the same run: nothing lost, nothing out of its order on any one channel."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from apps.runs.logs import pack
from apps.runs.models import Run, RunLog
from apps.runs.replays import MISSING, Told, join
from apps.runs.streams import Entry, append, make_entry
from tests.runs.builders import keep_log, make_run, make_student
from workers.protocol import LAST_SEQ, Event, State

TOLD = st.one_of(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]), st.builds(lambda text: {"text": text}, st.text("ab\n", max_size=3))
    ),
    st.tuples(
        st.just("metric"),
        st.builds(
            lambda name, at: {"name": name, "kind": "loss", "points": [[at, 0.5]]},
            st.sampled_from(["loss", "other"]),
            st.integers(0, 99),
        ),
    ),
    st.tuples(st.sampled_from(["progress", "notice", "figure"]), st.builds(lambda n: {"step": n}, st.integers())),
)


def printed(told: list[Told]) -> list[tuple[str, str]]:
    """Letter by letter, with what else stands on the console."""
    console = [(kind, data.get("text", str(data))) for kind, data in told if kind not in ("metric", "progress")]
    return [(kind, letter) for kind, text in console for letter in ([text] if kind in ("notice", "figure") else text)]


def drawn(told: list[Told]) -> dict[str, list[Any]]:
    points: defaultdict[str, list[Any]] = defaultdict(list)
    for kind, data in told:
        if kind == "metric":
            points[data["name"]] += data["points"]
    return points


@given(st.lists(TOLD, max_size=40))
def test_nothing_is_lost_and_every_channel_keeps_its_order(told: list[Told]) -> None:
    joined = join(told)
    assert printed(joined) == printed(told)
    assert drawn(joined) == drawn(told)
    assert [each for each in joined if each[0] == "progress"] == [each for each in told if each[0] == "progress"]
    assert len([each for each in joined if each[0] == "metric"]) == len(drawn(told))


def ask(client: Client, run: Run, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/runs/{run.pk}/replay.json")
    assert answer.status_code == status
    told: dict[str, Any] = answer.json()
    return told


def say(seq: int, kind: str = "stdout", fence: int = 1, **data: Any) -> Any:
    return make_entry(fence, Event(seq=seq, at=0.0, type=kind, data=data))


@pytest.fixture
def over(client: Client) -> Run:
    ada = make_student("ada")
    client.force_login(ada)
    return make_run(ada, State.SUCCEEDED)


def test_of_a_run_that_is_over_all_is_told_from_its_log(client: Client, over: Run) -> None:
    told: list[Told] = [("stdout", {"text": "a"}), ("metric", {"name": "loss", "kind": "loss", "points": [[1, 2.0]]})]
    keep_log(over, *told, *told, ("state", {"state": "succeeded", "message": ""}))
    assert ask(client, over) == {
        "events": [
            ["stdout", {"text": "aa"}],
            ["metric", {"name": "loss", "kind": "loss", "points": [[1, 2.0], [1, 2.0]]}],
            ["state", {"state": "succeeded", "message": ""}],
        ],
        "after": "1-5",
        "restarted": False,
    }


def test_of_one_that_goes_on_what_there_is_so_far(client: Client, valkey: Redis) -> None:
    ada = make_student("ada")
    client.force_login(ada)
    run = make_run(ada, State.RUNNING)
    assert ask(client, run) == {"events": [], "after": "", "restarted": False}
    append(str(run.pk), [say(1, text="a"), say(2, text="b")])
    assert ask(client, run) == {"events": [["stdout", {"text": "ab"}]], "after": "1-2", "restarted": False}


def test_only_the_last_attempt_is_told(client: Client, valkey: Redis) -> None:
    ada = make_student("ada")
    client.force_login(ada)
    run = make_run(ada, State.RUNNING, fence=2)
    append(str(run.pk), [say(1, text="before"), say(1, fence=2, text="again")])
    assert ask(client, run) == {"events": [["stdout", {"text": "again"}]], "after": "2-1", "restarted": True}


def test_what_is_missing_is_said(client: Client, valkey: Redis) -> None:
    ada = make_student("ada")
    client.force_login(ada)
    run = make_run(ada, State.RUNNING)
    append(str(run.pk), [say(3, text="c"), say(5, text="e"), say(LAST_SEQ, "state", state="lost", message="")])
    kinds = [kind for kind, _ in ask(client, run)["events"]]
    assert kinds == ["gap", "stdout", "gap", "stdout", "state"]
    assert list(MISSING) in ask(client, run)["events"]


@pytest.mark.parametrize(
    "event", [b"{", b"[]", b'{"type":"metric"}', b'{"type":"stdout","data":1}', b'{"type":1,"data":{"text":NaN}}']
)
def test_what_cannot_be_told_in_one_piece_is_left_to_the_stream(client: Client, over: Run, event: bytes) -> None:
    RunLog.objects.create(run=over, events=pack([Entry("1-1", event)]), count=1)
    assert "one by one" in ask(client, over, 409)["error"]


def test_a_run_whose_log_is_gone_has_nothing_to_tell(client: Client, over: Run) -> None:
    assert ask(client, over) == {"events": [], "after": "", "restarted": False}


def test_whoever_may_not_see_the_run_may_not_hear_of_it(client: Client) -> None:
    run = make_run(make_student("bob"), State.SUCCEEDED)
    assert "log in to watch it" in ask(client, run, 401)["error"]
    client.force_login(make_student("ada"))
    assert "no such run" in ask(client, run, 404)["error"]
