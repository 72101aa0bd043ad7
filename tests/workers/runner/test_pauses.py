"""What is asked of a run goes to it; what it says of pausing is believed only as far as it was asked."""

from __future__ import annotations

import json

from tests.workers.runner.test_clock import Hand
from workers.protocol import Control, Event
from workers.runner import policy
from workers.runner.pauses import Pauses
from workers.runner.teller import Teller


class Asked:
    """Pauses of one run, with all that went to it and all that was told of it."""

    def __init__(self, *, listens: bool = True) -> None:
        self.hand = Hand()
        self.clock = self.hand.clock()
        self.events: list[Event] = []
        self.sent: list[str] = []
        self._listens = listens
        self.pauses = Pauses(run="r", clock=self.clock, teller=Teller(self.events.append), send=self._send)

    def _send(self, control: Control) -> bool:
        if self._listens:
            self.sent.append(control.verb)
        return self._listens

    def ask(self, *verbs: str, of: str = "modules") -> None:
        """The student presses these."""
        for verb in verbs:
            self.pauses.ask(Control(run="r", id="1", verb=verb, of=of))

    @property
    def states(self) -> list[str]:
        """What was told of the state."""
        return [event.data["state"] for event in self.events if event.type == "state"]

    @property
    def notices(self) -> str:
        """What the supervisor said."""
        return json.dumps([event.data["text"] for event in self.events if event.type == "notice"])


def _running(*, listens: bool = True) -> Asked:
    asked = Asked(listens=listens)
    asked.pauses.begin()
    return asked


def test_a_run_pauses_and_goes_on_when_asked() -> None:
    asked = _running()
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.hand.pass_(5)
    asked.ask("resume")
    asked.pauses.hear("resumed")
    assert asked.sent == ["pause", "resume"]
    assert asked.states == ["paused", "running"]
    assert asked.clock.paused_s == 5


def test_what_is_asked_before_a_run_begins_reaches_it_then() -> None:
    asked = Asked()
    asked.ask("pause", "inspect")
    assert asked.sent == []
    asked.pauses.begin()
    assert asked.sent == ["pause", "inspect"]


def test_a_pause_that_nobody_asked_for_is_not_believed() -> None:
    asked = _running()
    for _ in range(3):
        asked.pauses.hear("paused")
        asked.pauses.hear("resumed")
    asked.ask("inspect")
    asked.pauses.hear("paused")
    asked.hand.pass_(5)
    assert (asked.states, asked.clock.paused_s) == ([], 0)


def test_one_request_makes_one_pause_believable() -> None:
    asked = _running()
    asked.ask("pause", "pause", "resume")
    asked.pauses.hear("paused")
    assert asked.states == []
    asked.ask("pause", "pause")
    asked.pauses.hear("paused")
    asked.ask("resume")
    asked.pauses.hear("resumed")
    asked.pauses.hear("paused")
    assert asked.states == ["paused", "running"]


def test_a_step_runs_on_the_clock_and_pauses_again() -> None:
    asked = _running()
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.hand.pass_(5)
    asked.ask("step")
    asked.pauses.hear("resumed")
    asked.hand.pass_(2)
    asked.pauses.hear("paused")
    asked.hand.pass_(5)
    assert asked.states == ["paused", "running", "paused"]
    assert (asked.clock.paused_s, asked.clock.running_s) == (10, 2)


def test_what_a_module_makes_of_a_batch_takes_a_step_of_a_paused_run() -> None:
    asked = _running()
    asked.ask("inspect", of="activations")
    asked.pauses.hear("paused")
    assert asked.states == []
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.ask("inspect", of="activations")
    asked.pauses.hear("resumed")
    asked.pauses.hear("paused")
    assert asked.states == ["paused", "running", "paused"]


def test_the_clock_of_a_run_that_does_not_heed_goes_on_with_the_word_to_go_on() -> None:
    asked = _running()
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.hand.pass_(5)
    asked.ask("resume")
    asked.hand.pass_(50)
    assert (asked.clock.paused_s, asked.clock.running_s) == (5, 50)


def test_it_goes_on_by_itself_after_the_longest_pause_and_says_so() -> None:
    asked = _running()
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.hand.pass_(policy.PAUSE_S - 1)
    asked.pauses.check()
    assert asked.sent == ["pause"]
    asked.hand.pass_(1)
    asked.pauses.check()
    asked.pauses.check()
    assert asked.sent == ["pause", "resume"]
    assert asked.notices.count("Paused for 10 min, the longest there is: the run goes on.") == 1
    asked.pauses.hear("resumed")
    assert asked.states == ["paused", "running"]


def test_after_the_longest_pause_there_is_no_other() -> None:
    asked = _running()
    asked.ask("pause")
    asked.pauses.hear("paused")
    asked.hand.pass_(policy.PAUSE_S)
    asked.pauses.check()
    asked.pauses.hear("resumed")
    asked.ask("pause", "step", "pause", "inspect")
    asked.pauses.hear("paused")
    assert asked.sent == ["pause", "resume", "inspect"]
    assert asked.states == ["paused", "running"]
    assert asked.notices.count("it was not paused again") == 1


def test_a_run_that_does_not_listen_is_told_of_once() -> None:
    asked = _running(listens=False)
    asked.ask("pause", "inspect", "inspect")
    assert asked.notices.count("This run does not listen") == 1
