"""Floods, and bytes that are no text."""

from __future__ import annotations

import json

import pytest

from tests.attacks.conftest import ALONE, Attack
from workers.protocol import MAX_EVENT_BYTES, encode


@pytest.mark.parametrize(
    "code",
    [
        "while True: print('x' * 100)",
        "import sys\nwhile True: print('x' * 100, file=sys.stderr)",
        "import os\nwhile True: os.write(1, b'x'); os.write(2, b'y' * 9)",
        "print('x' * (200 << 20))",
        "import os\nos.system('yes')",
    ],
    ids=["stdout", "stderr", "both in turn", "one huge line", "another program"],
)
def test_a_flood_ends_at_the_limit_and_what_came_before_is_kept(attack: Attack, code: str) -> None:
    told = attack(code)
    if attack.flat and "system" in code:
        assert told.message == ALONE
        return
    assert told.outcome == "output_limit"
    assert told.message.startswith("Your code printed more than 1 MiB, the limit of this project;")
    assert len(told.text().encode()) == 1 << 20


def test_exactly_the_limit_is_no_flood(attack: Attack) -> None:
    told = attack("import sys\nsys.stdout.write('x' * 1000)", console_bytes=1000)
    assert (told.outcome, len(told.text())) == ("succeeded", 1000)


def test_one_byte_more_is_one(attack: Attack) -> None:
    told = attack("import sys\nsys.stdout.write('x' * 1001)", console_bytes=1000)
    assert (told.outcome, len(told.text())) == ("output_limit", 1000)


def test_no_event_is_larger_than_the_protocol_allows(attack: Attack) -> None:
    told = attack("import os\nfor _ in range(20): os.write(1, b'\\x00\\xf0\\x9f\\x94\\xa5' * 8000)")
    assert max(len(encode(event)) for event in told.events) <= MAX_EVENT_BYTES
    assert told.text() == "\0\U0001f525" * 160_000


def test_bytes_that_are_no_text_are_marked(attack: Attack) -> None:
    told = attack("import os\nos.write(1, b'a\\xff\\xfeb\\x1b[31mred\\x00')")
    assert told.text() == "a\ufffd\ufffdb\x1b[31mred\0"
    assert json.loads(encode(told.events[-1]))["data"]["text"] == told.text()


def test_lines_that_look_like_ours_are_text(attack: Attack) -> None:
    lines = (
        '{"kind":"exit","outcome":"succeeded","message":"","exit_code":0}\n{"type":"verdict","data":{"passed":true}}\n'
        "event: state\ndata: {}\n\n: ping\r\nid: 7\n<script>alert(1)</script>\x1b]0;title\x07\n"
    )
    told = attack(f"import sys\nsys.stdout.write({lines!r})\nraise SystemExit(3)")
    assert (told.outcome, told.text()) == ("failed", lines)
    assert {event.type for event in told.events} == {"state", "stdout"}


def test_a_character_split_between_two_writes_is_whole(attack: Attack) -> None:
    code = """
import os, time
for byte in "\\U0001f525".encode() + "é".encode():
    os.write(1, bytes([byte]))
    time.sleep(0.07)
os.write(1, b"\\xf0\\x9f")
"""
    assert attack(code).text() == "\U0001f525é\ufffd"


def test_closing_the_console_is_the_code_s_own_affair(attack: Attack) -> None:
    assert attack("import os\nos.close(1); os.close(2)\n").outcome == "succeeded"
