"""One accelerator, one run: with real sandboxes, and in an accelerator's place a device file that every machine has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workers.runner.live import Runner, wait_until
from tests.workers.runner.test_gpu import build
from workers.protocol import Event, Exit, Job
from workers.runner import gpu, slot
from workers.runner.outside import Outfit
from workers.runner.pool import Pool
from workers.runner.sitting import Sitting

MIB = 1024**2
GPU = Outfit(
    device="gpu",
    name="Stand-in (80 GB)",
    uuid="GPU-0",
    accelerators=("/dev/tty",),
    variables={"CUDA_VISIBLE_DEVICES": "GPU-0"},
    warming=gpu.HIDDEN,
)
JOB = Job(run="a", fence=1, code="import os\nprint(os.environ.get('CUDA_VISIBLE_DEVICES'), os.path.exists('/dev/tty'))")
ON_GPU = replace(JOB, device="gpu")

Ended = tuple[Exit, list[Event]]
Act = Callable[[Pool], Coroutine[Any, Any, None]]
ActOn = Callable[[Act], None]


@pytest.fixture(scope="module")
def used() -> Iterator[list[int]]:
    """Bytes in use of the accelerator, to be changed, and changed back."""
    used = [500 * MIB]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "read_memory", lambda uuid: used[0])
        patch.setattr(gpu, "PATIENCE_S", 0.3)
        patch.setattr(gpu, "LOOK_EVERY_S", 0.02)
        patch.setattr(slot, "_OUT_OF_SERVICE_S", 0.2)
        yield used


@pytest.fixture(scope="module")
def act_on(used: list[int]) -> Iterator[ActOn]:
    """Does something with a pool of one slot for the CPU and one for an accelerator, the same for all."""
    pool = Pool([Outfit(variables=gpu.HIDDEN), GPU])
    with asyncio.Runner() as loop:
        keeping = loop.get_loop().create_task(pool.keep())
        yield lambda act: loop.run(act(pool))
        loop.run(_end(keeping))


async def _end(keeping: asyncio.Task[None]) -> None:
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await asyncio.sleep(0.5)  # cells that were still getting ready are seen to be gone, and are let go of


async def run(pool: Pool, job: Job) -> Ended:
    events: list[Event] = []
    ending = await asyncio.wait_for(Sitting(job, pool, events.append).hold(), 60)
    return ending, events


def printed(events: list[Event]) -> str:
    return "".join(event.data["text"] for event in events if event.type == "stdout")


def test_each_run_is_given_what_its_device_has_and_no_more(act_on: ActOn) -> None:
    async def act(pool: Pool) -> None:
        on_gpu, heard = await run(pool, ON_GPU)
        assert (on_gpu.device, printed(heard)) == ("gpu", "GPU-0 True\n")
        assert 0 < on_gpu.gpu_s < 60
        on_cpu, heard = await run(pool, JOB)
        assert (on_cpu.device, on_cpu.gpu_s, printed(heard)) == ("cpu", 0.0, " False\n")
        assert (pool.slots, pool.accelerators) == (1, ["Stand-in (80 GB)"])

    act_on(act)


def test_an_accelerator_that_is_not_empty_again_is_out_of_service_until_it_is(act_on: ActOn, used: list[int]) -> None:
    async def act(pool: Pool) -> None:
        await run(pool, ON_GPU)
        used[0] += 300 * MIB
        await run(pool, ON_GPU)
        ending, heard = await run(pool, ON_GPU)
        assert (ending.device, ending.gpu_s) == ("cpu", 0.0)
        assert heard[0].type == "notice"
        assert "300 MiB of the last run stay behind" in heard[0].data["text"]
        assert pool.accelerators == []
        used[0] -= 300 * MIB
        while not pool.accelerators:
            await asyncio.sleep(0.05)
        ending, _ = await run(pool, ON_GPU)
        assert ending.device == "gpu"

    act_on(act)


def test_runs_wait_for_the_accelerator_of_another(act_on: ActOn) -> None:
    async def act(pool: Pool) -> None:
        slow = replace(ON_GPU, code="import time\ntime.sleep(0.5)\n" + ON_GPU.code)
        endings = await asyncio.gather(run(pool, slow), run(pool, slow))
        assert [ending.device for ending, _ in endings] == ["gpu", "gpu"]
        assert all(ending.gpu_s >= 0.5 for ending, _ in endings)

    act_on(act)


def test_a_gpu_whose_device_files_are_missing_is_done_without_aloud(tmp_path: Path) -> None:
    library = build(tmp_path)
    runner = Runner(tmp_path, launcher=["/usr/bin/env", f"LD_LIBRARY_PATH={library}"])
    try:
        told = runner.start("print('so be it')", device="gpu").rest()
        assert (told.outcome, told.text()) == ("succeeded", "so be it\n")
        assert told.events[0].type == "notice"
        assert told.exit is not None
        assert told.exit.device == "cpu"
        wait_until(lambda: runner.survey().slots == 1)
        assert runner.survey().devices == []
    finally:
        runner.close()
