from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.courses.models import Chapter
from tests.progress.students import build_student
from tests.quizzes.chapters import build_chapter, build_course


@pytest.fixture
def chapter() -> Chapter:
    return build_chapter(build_course())


@pytest.fixture
def student(client: Client) -> User:
    """Somebody whom `client` is logged in as."""
    user = build_student()
    client.force_login(user)
    return user
