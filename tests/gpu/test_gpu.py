"""Students' code on a real GPU: what it can do, and what it must not reach."""

from __future__ import annotations

from typing import Any

from tests.gpu.machine import Runner, Told

TRAINING = """
import torch
assert torch.cuda.is_available()
torch.manual_seed(0)
x = torch.randn(4096, 64, device="cuda")
y = x @ torch.randn(64, 1, device="cuda")
model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1)).cuda()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(200):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(loss.device, loss.item() < 1.0)
"""


def is_fine(runner: Runner) -> None:
    """The next run, and its GPU, are unharmed."""
    told = runner.run("import torch\nprint(torch.arange(5, device='cuda').sum().item())")
    assert (told.outcome, told.text, device_of(told)) == ("succeeded", "10\n", "gpu"), told


def device_of(told: Told) -> str:
    assert told.exit is not None, "the run was lost"
    return told.exit.device


def test_a_model_trains_on_the_gpu_and_its_loss_is_seen(runner: Runner) -> None:
    told = runner.run(TRAINING)
    assert (told.outcome, told.text) == ("succeeded", "cuda:0 True\n"), told
    assert device_of(told) == "gpu"
    assert told.exit is not None
    assert told.exit.gpu_s > 0
    points = [point for event in told.events if event.type == "metric" for point in event.data["points"]]
    assert points


def test_a_run_sees_exactly_one_device(runner: Runner) -> None:
    code = """
import glob, torch
print(torch.cuda.device_count(), len([f for f in glob.glob("/dev/nvidia*") if f[11:].isdigit()]))
"""
    assert runner.run(code).text == "1 1\n"


def test_a_run_on_the_cpu_sees_none(runner: Runner) -> None:
    code = "import glob, torch\nprint(torch.cuda.is_available(), glob.glob('/dev/nvidia*'))"
    told = runner.run(code, device="cpu")
    assert (told.text, device_of(told)) == ("False []\n", "cpu")


def test_no_choice_of_visible_devices_reaches_another(runner: Runner, accelerators: list[dict[str, Any]]) -> None:
    names = ["0,1,2,3,4,5,6,7", "all", "1", *(device["uuid"] for device in accelerators)]
    code = f"""
import os, subprocess, sys
for names in {names!r}:
    os.environ["CUDA_VISIBLE_DEVICES"] = names
    ask = "import torch; print(torch.cuda.device_count() if torch.cuda.is_available() else 0)"
    print(subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout.strip())
"""
    told = runner.run(code)
    assert told.outcome == "succeeded", told
    assert {int(count) for count in told.text.split()} <= {0, 1}
    is_fine(runner)


def test_a_device_file_cannot_be_made(runner: Runner) -> None:
    code = """
import os, stat
for minor in range(4):
    try:
        os.mknod(f"/tmp/nvidia{minor}", stat.S_IFCHR | 0o666, os.makedev(195, minor))
        print("made one")
    except OSError:
        pass
"""
    assert runner.run(code).text == ""


def test_a_share_of_the_memory_that_was_reset_takes_nothing_from_the_next_run(runner: Runner) -> None:
    code = """
import torch
torch.cuda.set_per_process_memory_fraction(1.0)
free, total = torch.cuda.mem_get_info()
block = torch.ones(int(free * 0.9) // 4, device="cuda")
print(block.numel() > 0)
"""
    told = runner.run(code)
    assert (told.outcome, told.text) == ("succeeded", "True\n"), told
    is_fine(runner)


def test_nothing_of_a_run_is_found_in_the_memory_of_the_next(runner: Runner) -> None:
    fill = """
import torch
free, _ = torch.cuda.mem_get_info()
blocks = [torch.full((64 * 2**20 // 8,), 0x4B494E444C494E47, dtype=torch.int64, device="cuda") for _ in range(int(free * 0.8) >> 26)]
torch.cuda.synchronize()
print(len(blocks) > 0)
"""
    seek = """
import torch
free, _ = torch.cuda.mem_get_info()
blocks = [torch.empty(64 * 2**20 // 8, dtype=torch.int64, device="cuda") for _ in range(int(free * 0.8) >> 26)]
print(sum((block == 0x4B494E444C494E47).sum().item() for block in blocks))
"""
    assert runner.run(fill).text == "True\n"
    assert runner.run(seek).text == "0\n"


def test_an_illegal_access_harms_no_other_run(runner: Runner) -> None:
    code = """
import torch
values = torch.zeros(8, device="cuda")
print(values[torch.tensor([10**9], device="cuda")].sum().item())
"""
    told = runner.run(code)
    assert told.outcome == "failed", told
    assert "CUDA" in told.message
    is_fine(runner)


def test_a_run_that_is_killed_at_work_gives_its_gpu_back(runner: Runner) -> None:
    code = """
import torch
a = torch.randn(8192, 8192, device="cuda")
while True:
    a = (a @ a).clamp(-1, 1)
"""
    told = runner.run(code, wall_s=10)
    assert told.outcome == "timed_out", told
    is_fine(runner)


def test_the_memory_is_as_empty_as_at_first_after_every_run(runner: Runner) -> None:
    used = "import torch\nfree, total = torch.cuda.mem_get_info()\nprint((total - free) >> 20)"
    before = int(runner.run(used).text)
    runner.run("import torch\nx = torch.ones(2**28, device='cuda')\ntorch.cuda.synchronize()\nimport os\nos._exit(3)")
    runner.run(
        "import torch\nx = torch.ones(2**28, device='cuda')\ntorch.cuda.synchronize()\nos = __import__('os')\nos.kill(os.getpid(), 9)"
    )
    after = int(runner.run(used).text)
    assert abs(after - before) <= 64


def test_a_gpu_that_is_full_is_told_as_that(runner: Runner) -> None:
    told = runner.run("import torch\nblocks = []\nwhile True:\n    blocks.append(torch.empty(2**30, device='cuda'))")
    assert told.outcome == "out_of_memory", told
    assert "more memory than the GPU has" in told.message
    is_fine(runner)


def test_a_loader_may_fork_workers_beside_the_gpu(runner: Runner) -> None:
    code = """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(64.0))
total = torch.zeros((), device="cuda")
for (batch,) in DataLoader(data, batch_size=16, num_workers=2, pin_memory=True):
    total += batch.cuda(non_blocking=True).sum()
print(total.item())
"""
    told = runner.run(code)
    assert (told.outcome, told.text) == ("succeeded", "2016.0\n"), told


def test_what_a_machine_says_of_itself_names_its_gpus(runner: Runner, accelerators: list[dict[str, Any]]) -> None:
    devices = runner.survey().devices
    assert len(devices) == len(accelerators)
    assert all(device["name"] in label for device, label in zip(accelerators, devices, strict=True))


def test_a_run_that_goes_without_a_gpu_is_told_so(accelerators: list[dict[str, Any]], runner: Runner) -> None:
    """Never in silence: a run that asked for a GPU has had one, or its first event says that it did not."""
    told = runner.run("import torch\nprint(torch.cuda.is_available())")
    silent = device_of(told) != "gpu" and told.events[0].type != "notice"
    assert not silent
    assert told.text == f"{device_of(told) == 'gpu'}\n"
