"""What a runner is in. No test here runs inside gVisor: that it is known by what it says of itself is all that is tried."""

from __future__ import annotations

import pytest

from workers.runner import kernel, landlock, policy, surroundings
from workers.runner.bubblewrap import Unfit
from workers.runner.calls import FLAT
from workers.runner.policy import Tier
from workers.runner.setting import Setting

TIERS = {tier.name: tier for tier in policy.TIERS}


@pytest.mark.parametrize(
    ("log", "there"),
    [
        ("[    0.000000] Starting gVisor...\n[    0.2] Checking naughty and nice process list...\n", True),
        ("<5>[    0.000000] Linux version 6.12.0\n", False),
        ("", False),
    ],
)
def test_gvisor_is_known_by_its_log(monkeypatch: pytest.MonkeyPatch, log: str, there: bool) -> None:
    monkeypatch.setattr(kernel, "read_boot_log", lambda: log)
    assert surroundings.in_gvisor() is there


def test_a_log_that_may_not_be_read_is_not_gvisor_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise PermissionError

    monkeypatch.setattr(kernel, "read_boot_log", refuse)
    assert not surroundings.in_gvisor()


def test_in_gvisor_a_run_is_one_process() -> None:
    setting = Setting(tier="T0", code="", packages=[], readable=[])
    assert setting.calls is FLAT
    assert not setting.how.landlocked


def test_a_kernel_without_landlock_is_no_place_for_tiers_that_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    for tier in policy.TIERS:
        if tier.landlocked:
            with pytest.raises(Unfit, match="no Landlock"):
                surroundings.check(tier)


@pytest.mark.parametrize("tier", [TIERS["T0"], TIERS["T2"]], ids=["T0", "T2"])
def test_a_machine_is_no_container(tier: Tier) -> None:
    with pytest.raises(Unfit, match="this is not inside"):
        surroundings.check(tier)


def test_without_a_wall_around_each_there_is_one_slot() -> None:
    assert {tier.name: tier.most_slots for tier in policy.TIERS} == {"T0": 1, "T1": None, "T1b": None, "T2": 1}
