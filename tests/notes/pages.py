"""What the chapter page's script and the pages of notes send."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client

from apps.notes.models import Note

CHAPTER = "/courses/essentials/chapter-1/"
KEPT = f"{CHAPTER}notes.json"


def send_note(client: Client, **fields: Any) -> Any:
    sent = {"section": "introduction", "body": "Mine", "client_token": str(uuid.uuid4())} | fields
    return client.post(KEPT, sent, content_type="application/json")


def send_json(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, fields, content_type="application/json")


def keep_note(client: Client, **fields: Any) -> Note:
    answer = send_note(client, **fields)
    assert answer.status_code == 201, answer.content
    return Note.objects.get(pk=answer.json()["id"])


def read_kept(client: Client) -> Any:
    return client.get(KEPT).json()
