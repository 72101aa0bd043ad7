"""One slot: a warm zygote in its sandbox, and the cells it keeps ready. What dies here is replaced here."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from workers.protocol import Limits
from workers.runner import outside, policy, selftest
from workers.runner.bubblewrap import Unfit
from workers.runner.cell import Unsafe
from workers.runner.cgroup import Groups
from workers.runner.gpu import Gauge
from workers.runner.outside import Outfit
from workers.runner.policy import Sizes, Tier
from workers.runner.spare import DESCRIPTORS, Died, Spare

log = logging.getLogger(__name__)

# Nothing of what is imported is garbage: looking for some would take a sixth of the time.
ZYGOTE = "import gc; gc.disable(); from workers.harness.zygote import main; main()"
_WARM_S = 120.0
_SPARE_S = 20.0
_TIDY_S = 20.0
_STEADY_S = 60.0
_BACK_OFF_S = (0.1, 0.5, 2.0, 5.0, 15.0)
_PATIENCE = 2
_OUT_OF_SERVICE_S = 30.0
_MESSAGE = 65536


class Slot:
    """Runs one job at a time. `keep` is awaited for the life of the runner; `changed` is called when a cell gets ready
    or the slot turns out to be unable to give one (then `refusal` says why, until it can)."""

    def __init__(
        self, number: int, tier: Tier, outfit: Outfit, changed: Callable[[], None], groups: Groups | None = None
    ) -> None:
        self._number = number
        self._tier = tier
        self._outfit = outfit
        self._changed = changed
        self._groups = groups
        self._process: subprocess.Popen[bytes] | None = None
        self._lender: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._spares: list[Spare] = []
        self._enclosing: set[asyncio.Task[None]] = set()
        self._coming: list[tuple[Sizes, float]] = []
        self._failures = 0
        self._stumbles = 0
        self._dead = asyncio.Event()
        self._default = policy.sizes(Limits())
        self._tidying: dict[int, tuple[float, bool]] = {}
        self._changing = False
        self._gave = False
        self._gauge = Gauge(outfit.name, outfit.uuid) if outfit.uuid else None
        self._settling: asyncio.Task[None] | None = None
        self._withheld = ""
        self._trouble = ""
        self.busy = False
        self.torch = ""

    @property
    def device(self) -> str:
        """What its runs compute on: "cpu" or "gpu"."""
        return self._outfit.device

    @property
    def name(self) -> str:
        """Of its accelerator; "" for a slot that has none."""
        return self._outfit.name

    @property
    def refusal(self) -> str:
        """Why it gives no cell, or nothing while it does or may yet."""
        return self._withheld or self._trouble

    async def keep(self) -> None:
        """Start the zygote, and again whenever it dies, with growing pauses while it does not last."""
        if self._gauge is not None:
            await self._settle(self._gauge)  # what an empty accelerator holds is known before the first run
        while True:
            began = time.monotonic()
            try:
                await self._live()
            except (Unfit, OSError) as error:
                self._fail(str(error))
            finally:
                self._bury()
            if self._changing:
                self._changing = False
                continue
            lasted = time.monotonic() - began > _STEADY_S or self._gave
            self._failures = 0 if lasted else self._failures + 1
            if self._failures >= _PATIENCE:
                self._fail(await self._diagnosis() or self._trouble or "the sandbox ends as soon as it is started")
            await asyncio.sleep(_BACK_OFF_S[min(self._failures, len(_BACK_OFF_S) - 1)])

    def take(self, sizes: Sizes) -> Spare | None:
        """A ready cell of this size; the slot is busy until `release`."""
        for spare in self._spares:
            if spare.sizes == sizes or not self._tier.walled:  # a container's folder has the size it has
                self._spares.remove(spare)
                asyncio.get_running_loop().remove_reader(spare.pidfd)
                self.busy, self._lender = True, self._process
                asyncio.get_running_loop().call_later(policy.REFILL_DELAY_S, self._refill)
                return spare
        return None

    def order(self, sizes: Sizes) -> None:
        """Have a cell made that is not of the default size, unless one is coming.

        Where cells cannot mount, the size is that of the places: then the slot is built anew with others.
        """
        if self._control is None or any(coming == sizes for coming, _ in self._coming):
            return
        if self._tier.nested:
            self._ask(sizes)
        elif self._spares:  # nobody wanted what it has
            self._default, self._changing = sizes, True
            self._end()

    def release(self, spare: Spare) -> None:
        """The run is over, and its cell is closed. The next may begin once nothing of this one is left.

        What a zygote lent that is dead went with it; the place of that number has another cell by now.
        """
        place = spare.place if self._process is self._lender else None
        if place is None or not self._tidy(place, after_run=True):
            self._be_free()

    def _be_free(self) -> None:
        """Nothing of the run is left in files; in an accelerator something may be."""
        if self._gauge is None:
            self.busy = False
            self._changed()
        else:
            self._settling = asyncio.create_task(self._settle(self._gauge))

    async def _settle(self, gauge: Gauge) -> None:
        """Lend the accelerator again once it is as empty as at first, however long that takes."""
        self.busy = True
        while problem := await gauge.settle():
            log.error("slot %d: out of service: %s", self._number, problem)
            self._withheld = problem
            self._changed()
            await asyncio.sleep(_OUT_OF_SERVICE_S)
        self.busy, self._withheld = False, ""
        self._changed()

    def _tidy(self, place: int, *, after_run: bool) -> bool:
        """Have a place emptied that its cell has no more use for; whether anybody was there to be told."""
        if self._control is None:
            return False
        with suppress(OSError):
            order = {"kind": "tidy", "place": place, "after_run": after_run}
            self._control.send(json.dumps(order).encode())
            self._tidying[place] = time.monotonic() + _TIDY_S, after_run
            return True
        return False

    def _discard(self, spare: Spare) -> None:
        """Close a cell that has had no run."""
        spare.close()
        if spare.place is not None:
            self._tidy(spare.place, after_run=False)

    async def _live(self) -> None:
        self._dead.clear()
        self._gave = False
        self._start()
        watcher = os.pidfd_open(self._process.pid) if self._process else -1
        loop = asyncio.get_running_loop()
        loop.add_reader(watcher, self._dead.set)
        try:
            while not self._dead.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._dead.wait(), 1.0)
                self._check_overdue()
        finally:
            loop.remove_reader(watcher)
            os.close(watcher)

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = outside.start(
                    slot=self._number,
                    tier=self._tier,
                    sizes=self._default,
                    code=ZYGOTE,
                    arguments=[],
                    pass_fd=theirs.fileno(),
                    outfit=self._outfit,
                )
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        self._control = ours
        self._coming = [(self._default, time.monotonic() + _WARM_S)]  # the word that it is warm
        asyncio.get_running_loop().add_reader(ours.fileno(), self._hear)

    def _hear(self) -> None:
        """A message of the zygote, or of a cell that is being made."""
        assert self._control is not None  # noqa: S101 - only heard while there is one
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE, DESCRIPTORS)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if not data:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._end()
            return
        self._take_word(json.loads(data), descriptors)

    def _take_word(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if message["kind"] == "warm":
            self._coming = self._coming[1:]  # cells may have been asked for before, and are still to come
            self.torch = str(message.get("torch", ""))
            self._refill()
        elif message["kind"] == "cell":
            self._welcome(Spare.receive(message, descriptors))
        elif message["kind"] == "tidy":
            _, after_run = self._tidying.pop(message["place"], (0.0, False))
            if after_run:
                self._be_free()
        else:
            self._coming = self._coming[1:]  # they are made one after another
            self._stumble(str(message["text"]))

    def _refill(self) -> None:
        if self._control is None:
            return
        ready = sum(spare.sizes == self._default for spare in self._spares)
        coming = sum(sizes == self._default for sizes, _ in self._coming)
        for _ in range(policy.SPARES - ready - coming):
            self._ask(self._default)

    def _ask(self, sizes: Sizes) -> None:
        if self._control is None:
            return
        with suppress(OSError):  # a dead zygote shows by its pidfd
            self._control.send(json.dumps({"kind": "make", "sizes": asdict(sizes)}).encode())
            self._coming.append((sizes, time.monotonic() + _SPARE_S))

    def _welcome(self, spare: Spare) -> None:
        """Wait until the cell says on its wire that it is warm; then look at it from outside."""
        loop = asyncio.get_running_loop()
        loop.add_reader(spare.wire.fileno(), self._admit, spare, self._process)

    def _admit(self, spare: Spare, zygote: object) -> None:
        """A cell of a zygote that died meanwhile is nobody's: what is coming, and which places are used, is of another."""
        asyncio.get_running_loop().remove_reader(spare.wire.fileno())
        if self._process is not zygote:
            spare.close()
            return
        try:
            if spare.wire.recv(16) != b"ready\n":
                raise Died
            spare.inspect()
        except (Unsafe, Died, OSError) as error:
            self._reject(spare, str(error) if isinstance(error, Unsafe) else "")
            return
        task = asyncio.create_task(self._enclose(spare, zygote))
        self._enclosing.add(task)
        task.add_done_callback(self._enclosing.discard)

    async def _enclose(self, spare: Spare, zygote: object) -> None:
        """Put the cell in its control group, where there are any, and it is ready; unless its zygote died meanwhile."""
        is_well = True
        if self._groups is not None:
            try:
                await spare.enclose(self._groups)
            except OSError:
                is_well = False
        if self._process is not zygote:
            spare.close()
        elif is_well:
            self._keep_ready(spare)
        else:
            self._reject(spare, "")

    def _reject(self, spare: Spare, weakness: str) -> None:
        self._coming = _without(self._coming, spare.sizes)
        self._discard(spare)
        self._stumble(weakness)

    def _keep_ready(self, spare: Spare) -> None:
        self._coming = _without(self._coming, spare.sizes)
        self._trouble, self._stumbles, self._gave = "", 0, True
        self._spares.append(spare)
        asyncio.get_running_loop().add_reader(spare.pidfd, self._replace, spare)
        self._changed()

    def _stumble(self, weakness: str) -> None:
        """A cell was thrown away. For a weakness this slot gives none from now on; for deaths only when they go on."""
        self._stumbles += 1
        log.error("slot %d: a cell was thrown away: %s", self._number, weakness or "it died while it was getting ready")
        if weakness or self._stumbles >= _PATIENCE * policy.SPARES:
            self._fail(weakness or "the sandbox dies while it is getting ready")
        pause = _BACK_OFF_S[min(self._stumbles - 1, len(_BACK_OFF_S) - 1)]
        asyncio.get_running_loop().call_later(pause, self._refill)

    def _replace(self, spare: Spare) -> None:
        """An idle cell has died."""
        log.warning("slot %d: an idle cell died; making another", self._number)
        asyncio.get_running_loop().remove_reader(spare.pidfd)
        self._spares.remove(spare)
        self._discard(spare)
        asyncio.get_running_loop().call_later(_BACK_OFF_S[0], self._refill)

    def _check_overdue(self) -> None:
        """A zygote that hangs is of no use; one that is only slow is not killed under a run."""
        late = any(time.monotonic() > due for due, _ in self._tidying.values())
        if late or (not self.busy and any(time.monotonic() > due for _, due in self._coming)):
            log.error("slot %d: the zygote does not answer", self._number)
            self._end()

    async def _diagnosis(self) -> str:
        """What the self-test finds wrong with this machine; nothing when it finds it well."""
        try:
            await asyncio.to_thread(selftest.probe, self._tier)
        except Unfit as reason:
            return str(reason)
        return ""

    def _fail(self, reason: str) -> None:
        self._trouble = reason
        log.error("slot %d: %s", self._number, reason)
        self._changed()

    def _end(self) -> None:
        """Kill the zygote; with it go all its cells."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)

    def _bury(self) -> None:
        loop = asyncio.get_running_loop()
        self._end()
        if self._process is not None:
            self._process.wait()
        if self._control is not None:
            loop.remove_reader(self._control.fileno())
            self._control.close()
        for spare in self._spares:
            loop.remove_reader(spare.pidfd)
            spare.close()
        self._process, self._control = None, None
        self._spares.clear()
        self._coming.clear()
        tidying, self._tidying = self._tidying, {}
        if any(after_run for _, after_run in tidying.values()):
            self._be_free()


def _without(coming: list[tuple[Sizes, float]], sizes: Sizes) -> list[tuple[Sizes, float]]:
    """Without the first entry of this size."""
    place = next((n for n, (size, _) in enumerate(coming) if size == sizes), None)
    return coming if place is None else coming[:place] + coming[place + 1 :]
