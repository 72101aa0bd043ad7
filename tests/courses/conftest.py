"""A chapter that is live, and two who edit it."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.courses.models import Chapter

from .texts import build_chapter, build_editor, publish_text


@pytest.fixture
def chapter() -> Chapter:
    """Its first revision is live."""
    chapter = build_chapter()
    publish_text(chapter)
    chapter.refresh_from_db()
    return chapter


@pytest.fixture
def editor(client: Client) -> User:
    """Logged in."""
    editor = build_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def other() -> User:
    return build_editor("otto@example.org")
