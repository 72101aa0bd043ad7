"""x."""

from typing import Any

HELP = ""


def add_arguments(parser: Any) -> None: ...
def run(say: Any, **o: Any) -> None: ...
