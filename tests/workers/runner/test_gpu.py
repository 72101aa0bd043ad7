"""Which accelerators there are, against a stand-in for the driver's library that is compiled here: in processes of their
own, as `python -m workers.runner --devices` asks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workers.runner.live import ROOT
from workers.runner import gpu
from workers.runner.gpu import Accelerator, Gauge
from workers.runner.nvml import Failed

SOURCE = Path(__file__).with_name("nvml_standin.c")
ASK = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from workers.runner import gpu
found = gpu.discover(capabilities=Path(sys.argv[1]))
print(json.dumps([asdict(each) for each in found]))
"""
GPU = Accelerator(name="Stand-in", uuid="GPU-0", memory_mb=81920, nodes=("/dev/nvidia0", *gpu.CONTROLS))
MIB = 1024**2


def build(folder: Path, **macros: int) -> Path:
    """Compile the stand-in; the folder in which it lies."""
    defined = [f"-D{name}={value}" for name, value in {"GPUS": 1, **macros}.items()]
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", *defined, "-o", str(library), str(SOURCE)], check=True)
    return folder


def discover(libraries: Path, capabilities: Path = Path("/nonexistent")) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", ASK, str(capabilities)]
    environment = {"LD_LIBRARY_PATH": str(libraries), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def write_capability(path: Path, number: int) -> None:
    path.mkdir(parents=True)
    (path / "access").write_text(f"DeviceFileMinor: {number}\nDeviceFileMode: 292\nDeviceFileModify: 1\n")


def test_a_machine_without_a_driver_has_none(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_text("not a library")
    assert discover(tmp_path) == []


def test_a_driver_that_is_not_loaded_is_none(tmp_path: Path) -> None:
    assert discover(build(tmp_path, INIT=9)) == []


def test_each_gpu_is_known_by_its_own_number(tmp_path: Path) -> None:
    found = discover(build(tmp_path, GPUS=2))
    assert [(each["name"], each["uuid"], each["memory_mb"]) for each in found] == [
        ("Stand-in 0", "GPU-0", 81920),
        ("Stand-in 1", "GPU-1", 81920),
    ]
    assert [each["nodes"] for each in found] == [["/dev/nvidia1", *gpu.CONTROLS], ["/dev/nvidia0", *gpu.CONTROLS]]


def test_the_folder_of_a_driver_that_the_loader_does_not_know_is_told(tmp_path: Path) -> None:
    assert discover(build(tmp_path))[0]["libraries"] == str(tmp_path)


def test_a_gpu_that_is_lost_or_old_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    found = discover(build(tmp_path, GPUS=3, LOST=1, OLD=2))
    assert [each["uuid"] for each in found] == ["GPU-0", "GPU-2"]


def test_a_gpu_that_is_cut_serves_by_its_slices_only(tmp_path: Path) -> None:
    capabilities = tmp_path / "capabilities"
    for instance, (outer, inner) in {7: (30, 31), 9: (39, 40)}.items():
        folder = capabilities / "gpu1" / "mig" / f"gi{instance}"
        write_capability(folder, outer)
        write_capability(folder / "ci0", inner)
    found = discover(build(tmp_path, GPUS=2, SLICED=0, SLICES=2), capabilities)
    assert [each["uuid"] for each in found] == ["MIG-0-0", "MIG-0-2", "GPU-1"]
    assert found[0]["nodes"] == [
        "/dev/nvidia1",
        *gpu.CONTROLS,
        "/dev/nvidia-caps/nvidia-cap30",
        "/dev/nvidia-caps/nvidia-cap31",
    ]
    assert found[1]["nodes"][-2:] == ["/dev/nvidia-caps/nvidia-cap39", "/dev/nvidia-caps/nvidia-cap40"]
    assert found[0]["memory_mb"] == 10240


def test_a_slice_that_nothing_opens_is_left_out(tmp_path: Path) -> None:
    assert discover(build(tmp_path, SLICED=0, SLICES=1)) == []


def test_a_gpu_that_is_to_be_cut_and_is_not_yet_serves_nothing(tmp_path: Path) -> None:
    assert discover(build(tmp_path, SLICED=0)) == []


def test_a_zygote_sees_no_gpu_and_its_runs_see_one() -> None:
    outfit = gpu.outfit(GPU)
    assert (outfit.device, outfit.name, outfit.accelerators) == ("gpu", "Stand-in (80 GB)", GPU.nodes)
    assert outfit.warming["CUDA_VISIBLE_DEVICES"] == ""
    assert outfit.variables == {"CUDA_VISIBLE_DEVICES": "GPU-0"}
    assert outfit.folders == ()


def test_a_driver_outside_the_system_is_brought_along() -> None:
    outfit = gpu.outfit(replace(GPU, libraries="/opt/nvidia/lib64"))
    assert outfit.folders == ("/opt/nvidia/lib64",)
    assert outfit.variables["LD_LIBRARY_PATH"] == outfit.warming["LD_LIBRARY_PATH"] == "/opt/nvidia/lib64"
    assert gpu.outfit(replace(GPU, libraries="/usr/local/nvidia/lib64")).folders == ()


def test_devices_are_listed_as_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workers.runner", "--devices"]
    environment = {"LD_LIBRARY_PATH": str(build(tmp_path))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [{"name": "Stand-in 0", "uuid": "GPU-0", "memory_mb": 81920}]


def settle(gauge: Gauge) -> str:
    return asyncio.run(gauge.settle())


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "PATIENCE_S", 0.2)
    monkeypatch.setattr(gpu, "LOOK_EVERY_S", 0.01)


@pytest.mark.usefixtures("hurried")
def test_a_gpu_is_lent_again_when_it_is_as_empty_as_at_first() -> None:
    used = [500 * MIB, 4000 * MIB, 900 * MIB, 520 * MIB]
    gauge = Gauge("Stand-in", "GPU-0", lambda uuid: used.pop(0))
    assert [settle(gauge), settle(gauge)] == ["", ""]
    assert used == []


@pytest.mark.usefixtures("hurried")
def test_a_gpu_that_keeps_memory_of_a_run_is_not_lent_until_it_gives_it_back() -> None:
    used = [500 * MIB]
    gauge = Gauge("Stand-in", "GPU-0", lambda uuid: used[0])
    assert settle(gauge) == ""
    used[0] = 800 * MIB
    assert settle(gauge) == "300 MiB of the last run stay behind in the GPU Stand-in"
    used[0] = 500 * MIB
    assert settle(gauge) == ""


@pytest.mark.usefixtures("hurried")
def test_a_driver_that_gives_no_answer_or_none_in_time_is_told_so() -> None:
    def fail(uuid: str) -> int:
        raise Failed("GPU is lost", 15)

    def hang(uuid: str) -> int:
        time.sleep(0.6)
        return 0

    assert settle(Gauge("Stand-in", "GPU-0", fail)) == "the GPU Stand-in does not answer (GPU is lost)"
    assert settle(Gauge("Stand-in", "GPU-0", hang)) == "the driver of the GPU Stand-in does not answer"


def test_memory_in_use_is_read_of_the_gpu_that_is_meant(tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.write_text(str(123 * MIB))
    ask = "from workers.runner.gpu import read_memory; print(read_memory('GPU-1'))"
    environment = {"LD_LIBRARY_PATH": str(build(tmp_path, GPUS=2)), "PYTHONPATH": str(ROOT), "NVML_USED": str(used)}
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) == 123 * MIB
