"""Which time counts: not that of a pause, unless the run works on in it."""

from __future__ import annotations

from workers.runner.clock import Clock


class Hand:
    """Time and CPU time that only the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.cpu_s = 5.0

    def pass_(self, seconds: float, *, working: float = 0.0) -> None:
        """Let time pass, in which the run uses so much CPU time."""
        self.now_s += seconds
        self.cpu_s += working

    def clock(self) -> Clock:
        """A clock that starts now."""
        return Clock(lambda: self.cpu_s, now=lambda: self.now_s)


def test_a_pause_does_not_count() -> None:
    hand = Hand()
    clock = hand.clock()
    hand.pass_(3, working=3)
    clock.pause()
    hand.pass_(10)
    assert (clock.running_s, clock.paused_s, clock.stands) == (3, 10, True)
    clock.resume()
    hand.pass_(2, working=2)
    assert (clock.running_s, clock.paused_s, clock.elapsed_s) == (5, 10, 15)


def test_work_during_a_pause_counts() -> None:
    hand = Hand()
    clock = hand.clock()
    clock.pause()
    hand.pass_(10, working=4)
    assert (clock.running_s, clock.paused_s) == (4, 6)


def test_work_on_many_cores_counts_no_more_than_all_the_time() -> None:
    hand = Hand()
    clock = hand.clock()
    clock.pause()
    hand.pass_(10, working=40)
    clock.resume()
    assert (clock.running_s, clock.paused_s) == (10, 0)


def test_pauses_add_up_and_repeating_changes_nothing() -> None:
    hand = Hand()
    clock = hand.clock()
    for _ in range(3):
        clock.pause()
        hand.pass_(1)
        clock.pause()
        hand.pass_(1)
        clock.resume()
        clock.resume()
        hand.pass_(1)
    assert (clock.running_s, clock.paused_s) == (3, 6)
