"""Filling what can be filled, and leaving things behind."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])  # noqa: S108
def test_a_folder_fills_up_at_its_limit(attack: Attack, folder: str) -> None:
    code = f"""
size = 0
try:
    with open("{folder}/big", "wb") as file:
        while True: size += file.write(bytes(1 << 20))
except OSError as error:
    print(error.errno, size >> 20 <= 64)
"""
    assert attack(code).text() == "28 True\n"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])  # noqa: S108
def test_a_folder_runs_out_of_names_at_its_limit(attack: Attack, folder: str) -> None:
    code = f"""
made = 0
try:
    while True:
        open("{folder}/%d" % made, "w").close()
        made += 1
except OSError as error:
    print(error.errno, made < 4000)
"""
    assert attack(code).text() == "28 True\n"


def test_a_sparse_petabyte_takes_nothing(attack: Attack) -> None:
    assert attack("import os\nos.truncate(os.open('/tmp/big', os.O_CREAT | os.O_RDWR), 1 << 50)").outcome in (
        "failed",
        "succeeded",
    )


def test_deep_and_closed_folders_do_not_stay(attack: Attack) -> None:
    code = """
import os
for _ in range(1000):
    os.mkdir("d")
    os.chdir("d")
os.chmod("/tmp/d", 0)
os.symlink("/etc/shadow", "/dev/shm/link")
os.mkfifo("/dev/shm/pipe")
"""
    assert attack(code).outcome == "succeeded"


def test_a_changed_listing_does_not_stay(attack: Attack) -> None:
    assert attack("open('listing.py', 'w').write('raise SystemExit(9)')").outcome == "succeeded"
