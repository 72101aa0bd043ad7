"""Accepts today's page of the small chapter as the one that tests expect: `python -m tests.courses.accept`."""

import os
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindling.settings")
    django.setup()
    from .test_rendering import GOLDEN
    from .texts import compile_text

    GOLDEN.write_text(compile_text().html)
