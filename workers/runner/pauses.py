"""What is asked of a run while it goes on, and how far its answers are believed."""

from __future__ import annotations

from collections.abc import Callable

from workers.protocol import Control, State
from workers.runner import policy
from workers.runner.clock import Clock
from workers.runner.teller import Teller

_MOST_HELD = 32
"""Controls that wait for a run to begin. More than a person asks for in that time."""


class Pauses:
    """Passes controls on to one run, and stops its clock when it pauses, which it may say only when it was asked.

    The clock goes on with the word to go on, whether the run heeds it or not: a run that stays paused on its own
    account spends its own time.
    """

    def __init__(self, *, run: str, clock: Clock, teller: Teller, send: Callable[[Control], bool]) -> None:
        self._run = run
        self._clock = clock
        self._teller = teller
        self._send = send
        self._held: list[Control] | None = []
        self._paused = False
        self._pauses_due = 0
        self._resumes_due = 0
        self._warned: set[str] = set()

    def begin(self) -> None:
        """The run listens now: pass on what was asked before."""
        held, self._held = self._held or [], None
        for control in held:
            self.ask(control)

    def ask(self, control: Control) -> None:
        """Pass a control on."""
        if self._held is not None:
            self._held = [*self._held, control][:_MOST_HELD]
            return
        if control.verb in ("pause", "step") and self._clock.paused_s >= policy.PAUSE_S:
            self._warn(f"This run has been paused for {_MOST} in all, the longest there is: it was not paused again.")
            return
        self._expect(control)
        if not self._send(control):
            self._warn("This run does not listen: what was asked of it did not reach it. It can still be stopped.")

    def check(self) -> None:
        """Go on with a run that has been paused for too long."""
        if self._clock.stands and self._clock.paused_s >= policy.PAUSE_S:
            self._teller.notice(f"Paused for {_MOST}, the longest there is: the run goes on.")
            self.ask(Control(run=self._run, id="", verb="resume"))

    def hear(self, mark: str) -> None:
        """The run says that it is `paused` or `resumed`."""
        if mark == "paused" and self._pauses_due:
            self._pauses_due -= 1
            self._clock.pause()
            self._become(paused=True)
        elif mark == "resumed" and self._resumes_due:
            self._resumes_due -= 1
            self._clock.resume()
            self._become(paused=False)

    def _expect(self, control: Control) -> None:
        """Which words of the run this control makes believable; a step is a resumption and a pause."""
        if control.verb == "pause":
            self._pauses_due = max(self._pauses_due, 1)
        elif control.verb == "step" or (control.of == "activations" and self._paused):  # to be seen they take a step
            self._pauses_due += 1
            self._resumes_due += 1
            self._clock.resume()
        elif control.verb == "resume":
            self._pauses_due = 0
            self._resumes_due += 1
            self._clock.resume()

    def _become(self, *, paused: bool) -> None:
        if paused is not self._paused:
            self._paused = paused
            self._teller.speak("state", {"state": State.PAUSED if paused else State.RUNNING})

    def _warn(self, text: str) -> None:
        """Once is enough."""
        if text not in self._warned:
            self._warned.add(text)
            self._teller.notice(text)


_MOST = f"{policy.PAUSE_S / 60:g} min"
