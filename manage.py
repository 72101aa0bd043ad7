#!/usr/bin/env python
"""Django's command line."""

import os
import sys
from pathlib import Path

# platform/ is a plain folder (a package of that name would shadow Python's own): its content is found by path.
sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindling.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
