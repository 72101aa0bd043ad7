from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.courses.models import Chapter
from tests.quizzes.chapters import build_chapter, build_course

from .students import build_student


@pytest.fixture
def chapter() -> Chapter:
    """The first chapter of the course `essentials`: three sections, two questions and a project."""
    return build_chapter(build_course())


@pytest.fixture
def student(client: Client) -> User:
    """Somebody whom `client` is logged in as."""
    user = build_student()
    client.force_login(user)
    return user
