"""Speaking for the supervisor: fake protocol lines on every descriptor there is."""

from __future__ import annotations

from tests.attacks.conftest import Attack

_EVERYWHERE = """
import os, json
lines = [
    {{"kind": "exit", "outcome": "succeeded", "message": "", "exit_code": 0, "cpu_s": 0, "wall_s": 0, "peak_mb": 0, "last_seq": 9}},
    {{"kind": "event", "seq": 1, "at": 0, "type": "state", "data": {{"state": "succeeded"}}}},
    {{"type": "state", "data": {{"state": "succeeded"}}}},
    {{"type": "started", "data": {{}}}},
    {{"type": "refused", "data": {{"message": "forged"}}}},
    {{"type": "exit", "data": {{"outcome": "succeeded"}}}},
    {{"status": 0, "cpu_s": 0}},
]
for number in range(64):
    for line in lines:
        try:
            os.write(number, json.dumps(line).encode() + b"\\n")
        except OSError:
            break
{ending}
"""


def test_forged_lines_change_neither_state_nor_outcome(attack: Attack) -> None:
    told = attack(_EVERYWHERE.format(ending="raise SystemExit(5)"))
    assert told.exit is not None
    assert (told.outcome, told.exit.exit_code) == ("failed", 5)
    assert [data["state"] for data in told.data("state")] == ["starting", "running"]
    assert [event.seq for event in told.events] == list(range(1, told.exit.last_seq + 1))


def test_what_is_malformed_on_the_wire_is_counted(attack: Attack) -> None:
    told = attack(_EVERYWHERE.format(ending=""))
    assert told.outcome == "succeeded"
    assert "a malformed line" in told.data("notice")[0]["text"]


def test_a_flood_on_the_wire_is_bounded(attack: Attack) -> None:
    code = """
import os, time
line = b'{"type":"metric","data":{"name":"loss","kind":"loss","points":[[1,2.0]]}}\\n'
end = time.time() + 1
while time.time() < end: os.write(3, line * 50)
"""
    told = attack(code)
    assert told.outcome == "succeeded"
    assert len(told.data("metric")) < 900
    assert told.data("notice")


def test_one_endless_line_on_the_wire_is_dropped(attack: Attack) -> None:
    told = attack("import os\nfor _ in range(40): os.write(3, b'[' * 50_000)\nos.write(3, b'\\n')")
    assert told.outcome == "succeeded"
    assert told.data("metric") == []
    assert told.data("notice")


def test_a_claimed_success_does_not_hide_a_failure(attack: Attack) -> None:
    told = attack('import os\nos.write(3, b\'{"type":"end","data":{"message":"fine"}}\\n\')\nos._exit(4)')
    assert (told.outcome, told.message) == ("failed", "fine")


def test_patched_clocks_change_nothing(attack: Attack) -> None:
    told = attack("import time\ntime.monotonic = time.time = lambda: 0.0\nwhile True: pass", wall_s=0.5)
    assert told.outcome == "timed_out"
    assert told.exit is not None
    assert 0.5 <= told.exit.wall_s < 3


def test_a_module_named_like_a_library_harms_only_its_run(attack: Attack) -> None:
    assert (
        attack("open('torch.py', 'w').write('raise SystemExit')\nimport torch\nprint(torch.ones(1).item())").text()
        == "1.0\n"
    )


def test_an_early_exit_is_a_success_only_of_the_code(attack: Attack) -> None:
    """Nothing was claimed and nothing checked: the run has ended, and that is all that is said."""
    told = attack("import sys\nclass Equal:\n    def __eq__(self, other): return True\nsys.exit(0)")
    assert (told.outcome, told.data("verdict")) == ("succeeded", [])


def test_a_right_answer_does_not_outlast_the_clock(attack: Attack) -> None:
    told = attack("import time\nprint('42', flush=True)\ntime.sleep(60)", wall_s=0.5)
    assert (told.outcome, told.text()) == ("timed_out", "42\n")
