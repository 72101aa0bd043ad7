from __future__ import annotations

import pytest

from apps.courses.models import Chapter
from tests.quizzes.chapters import build_chapter, build_course


@pytest.fixture
def chapter() -> Chapter:
    return build_chapter(build_course())
