"""Whose turn it is, as a rule about lists; what becomes of it in the queue stands in test_dispatch."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.runs.turns import Claim, take_turns

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA, ALAN, GRACE = 1, 2, 3


def claim(user_id: int, minute: int, *, is_waiting: bool = False) -> Claim:
    return Claim(is_waiting, at(minute), uuid.uuid4(), user_id)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def order(*claims: Claim, sent: dict[int, int] | None = None, served: dict[int, datetime] | None = None) -> list[Claim]:
    by_run = {claim.run: claim for claim in claims}
    return [by_run[run] for run in take_turns(claims, sent=sent or {}, served=served or {})]


def test_a_hungry_student_takes_turns_with_a_modest_one() -> None:
    hungry = [claim(ADA, minute) for minute in range(60)]
    modest = claim(ALAN, 90)
    assert order(*hungry, modest)[:3] == [hungry[0], modest, hungry[1]]


def test_who_has_fewer_runs_with_the_machines_goes_first() -> None:
    early, late = claim(ADA, 0), claim(ALAN, 1)
    assert order(early, late, sent={ADA: 1}) == [late, early]


def test_who_was_served_longest_ago_goes_first_and_who_never_was_before_them() -> None:
    first, second, third = claim(ADA, 0), claim(ALAN, 1), claim(GRACE, 2)
    assert order(first, second, third, served={ADA: at(-1), ALAN: at(-9)}) == [third, second, first]


def test_of_equals_the_oldest_run_goes_first() -> None:
    old, new = claim(ALAN, 0), claim(ADA, 1)
    assert order(new, old) == [old, new]


def test_a_student_s_queued_run_goes_before_their_waiting_ones() -> None:
    waiting, queued = claim(ADA, 0, is_waiting=True), claim(ADA, 1)
    assert order(waiting, queued) == [queued, waiting]


claims = st.builds(claim, st.integers(1, 5), st.integers(0, 50), is_waiting=st.booleans())


@given(st.lists(claims, max_size=40), st.dictionaries(st.integers(1, 5), st.integers(0, 3)))
def test_nobody_is_forgotten_and_nobody_gets_two_turns_ahead(waiting: list[Claim], sent: dict[int, int]) -> None:
    line = order(*waiting, sent=sent)
    assert sorted(line) == sorted(waiting)
    served = Counter(sent)
    left = Counter(claim.user_id for claim in line)
    for each in line:
        assert served[each.user_id] == min(served[user] for user, number in left.items() if number)
        served[each.user_id] += 1
        left[each.user_id] -= 1
