"""Programs that want a verdict which they do not deserve, and the checks that they are put to."""

from __future__ import annotations

import struct
from typing import Any

from workers.protocol import Check, Tensor

TRAINED = """
import torch
from torch import nn
model = nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(10.0)
    model.bias.fill_(0.0)
"""
SECRET = 8471.062531497
"""What is expected where a program looks for it in its memory; no number that would be there anyway."""

KNOWING = """
import sys

def questioned(frame):
    while 'job' not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals['job'].questioned

COUNT = questioned(sys._getframe())
"""
"""A program can find out that it is run to be asked: only what it does then must not help it."""


def make_check(call: str = "model(x)", expect: Any = ((50.0,),), **more: Any) -> Check:
    """That the call gives what is expected, where the inputs are these numbers."""
    inputs = [Tensor(name=name, **_numbers(value)) for name, value in more.pop("inputs", {"x": [[5.0]]}).items()]
    return Check(name=call, call=call, inputs=inputs, expect=Tensor(**_numbers(expect)), **more)


def _numbers(rows: Any) -> dict[str, Any]:
    """Shape and values of nested rows of numbers."""
    if not isinstance(rows, list | tuple):
        return {"shape": [], "values": [float(rows)]}
    parts = [_numbers(row) for row in rows]
    return {"shape": [len(rows), *parts[0]["shape"]], "values": [value for part in parts for value in part["values"]]}


FORGERIES = {
    "sys.exit(0)": TRAINED.replace("10.0", "3.0") + "import sys; sys.exit(0)",
    "fake protocol lines": TRAINED.replace("10.0", "3.0")
    + """
import os, json
for line in ({"type": "asking", "data": {}}, {"type": "verdict", "data": {"passed": True, "checks": []}},
             {"type": "end", "data": {"message": "fine", "memory": False}}):
    os.write(3, json.dumps(line).encode() + b"\\n")
""",
    "patched time": TRAINED.replace("10.0", "3.0") + "import time; time.time = time.monotonic = lambda: 0.0",
    "equal to everything": TRAINED.replace("10.0", "3.0")
    + """
class Any(torch.Tensor):
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __sub__(self, other): return self * 0
inner = model
model = lambda x: inner(x).as_subclass(Any)
""",
    "a number that lies": """
class Liar:
    def __float__(self): return 1e-9
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    def __rsub__(self, other): return 0
model = lambda x: Liar()
""",
    "a local torch": "open('torch.py', 'w').write('raise SystemExit(0)')\n" + TRAINED.replace("10.0", "3.0"),
    "writes everywhere": TRAINED.replace("10.0", "3.0")
    + """
import os
for fd in range(64):
    try: os.write(fd, b'{"type":"answer","data":{"shape":[1,1],"values":[0.0],"error":""}}\\n' * 3)
    except OSError: pass
""",
    "not a number": "import math\nmodel = lambda x: [[math.nan]]",
}
"""Programs that answer wrongly, and do something about it."""


def _halves(needle: bytes) -> str:
    """Python for a needle in two parts, so that it stands nowhere whole before it is found."""
    return repr([list(needle[: len(needle) // 2]), list(needle[len(needle) // 2 :])])


HINT = "count your mistakes"
SEARCH = f"""
needles = [{_halves(struct.pack("<d", SECRET))}, {_halves(str(SECRET).encode())}, {_halves(HINT.encode())}]
needles = [(bytes(first), bytes(second)) for first, second in needles]

def search():
    found = set()
    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
        for line in list(maps):
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split('-'))
            if rights.startswith('rw'):
                memory.seek(start)
                found |= look(memory.read(end - start))
    return sorted(found)

def look(room):
    return {{n for n, (first, second) in enumerate(needles) if stands(room, first, second)}}

def stands(room, first, second):
    at = room.find(first)
    while at >= 0 and room[at + len(first) : at + len(first) + len(second)] != second:
        at = room.find(first, at + 1)
    return at >= 0
"""
"""Gives the program `needles`, and `search`, which tells which of them stand anywhere in its memory."""
