"""A run as files: a script, a notebook that Jupyter reads, a picture for other sites."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image
from redis import Redis

from apps.accounts.models import User
from apps.runs.cards import draw_card, find_card
from apps.runs.exporting import name_file
from apps.runs.models import Run, Visibility
from apps.runs.series import Series
from apps.runs.sharing import share
from apps.runs.transcripts import read_transcript
from tests.runs.builders import keep_log, make_project, make_run, make_student
from workers.protocol import State

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").decode()
EMBER, PAPER = (255, 155, 102), (31, 27, 24)


@pytest.fixture
def ada(client: Client) -> User:
    user = make_student("ada")
    client.force_login(user)
    return user


def test_the_script_is_the_code(client: Client, ada: User) -> None:
    run = make_run(ada, State.FAILED, code="print('ü')", project=make_project())
    answer = client.get(f"/runs/{run.pk}/code.py")
    assert answer.content.decode() == "print('ü')\n"
    assert answer["Content-Disposition"] == f'attachment; filename="fit-a-line-{str(run.pk)[:8]}.py"'
    assert answer["Content-Type"].startswith("text/x-python")


@pytest.mark.parametrize("name", ["", '"; x="', "../../etc", "Übung\u3042", "💥", "a" * 80])
def test_file_names_are_harmless(ada: User, name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}-[0-9a-f]{8}\.py", name_file(make_run(ada, name=name), "py"))


def test_the_notebook_holds_the_code_and_what_it_said(client: Client, ada: User) -> None:
    run = make_run(ada, State.SUCCEEDED, code="print(1)", name="*My* [run](x)", torch="2.13.0")
    keep_log(
        run,
        ("stdout", {"text": "one\n"}),
        ("stdout", {"text": "two\n"}),
        ("stderr", {"text": "careful\n"}),
        ("figure", {"name": "f", "png": PNG, "width": 1, "height": 1}),
        ("notice", {"text": "The CPU was taken."}),
        ("metric", {"name": "loss", "kind": "loss", "points": [[1, 1.0]]}),
    )
    answer = client.get(f"/runs/{run.pk}/notebook.ipynb")
    notebook = answer.json()
    assert answer["Content-Disposition"].endswith('.ipynb"')
    assert_valid(notebook)
    about, code = notebook["cells"]
    assert about["source"].startswith("# \\*My\\* \\[run\\](x)\n")
    assert f"http://testserver/runs/{run.pk}/" in about["source"]
    assert code["source"] == "print(1)"
    assert [(each["output_type"], each.get("name"), each.get("text")) for each in code["outputs"]] == [
        ("stream", "stdout", "one\ntwo\n"),
        ("stream", "stderr", "careful\n"),
        ("display_data", None, None),
        ("stream", "stdout", "The CPU was taken.\n"),
    ]
    assert code["outputs"][2]["data"] == {"image/png": PNG}
    assert notebook["metadata"]["kindling"]["torch"] == "2.13.0"


def assert_valid(notebook: dict[str, Any]) -> None:
    """By the schema of nbformat 4.5: required fields, ids, and no others where none are allowed."""
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert {"name", "display_name"} <= set(notebook["metadata"]["kernelspec"])
    assert "name" in notebook["metadata"]["language_info"]
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", each) for each in ids)
    fields = {
        "markdown": {"id", "cell_type", "metadata", "source"},
        "code": {"id", "cell_type", "metadata", "source", "outputs", "execution_count"},
    }
    assert all(set(cell) == fields[cell["cell_type"]] for cell in notebook["cells"])
    allowed = {"stream": {"output_type", "name", "text"}, "display_data": {"output_type", "data", "metadata"}}
    assert all(set(each) == allowed[each["output_type"]] for each in notebook["cells"][1]["outputs"])


def test_a_run_that_said_nothing_is_a_valid_notebook(client: Client, ada: User) -> None:
    assert_valid(client.get(f"/runs/{make_run(ada, State.LOST).pk}/notebook.ipynb").json())


def test_of_much_text_the_newest_is_left_and_the_rest_counted(ada: User) -> None:
    run = make_run(ada, State.SUCCEEDED)
    keep_log(run, ("stdout", {"text": "a" * 60}), ("stderr", {"text": "b" * 30}), ("stdout", {"text": "c" * 30}))
    transcript = read_transcript(run, most=50)
    assert [(piece.kind, len(piece.text)) for piece in transcript.pieces] == [("stderr", 20), ("stdout", 30)]
    assert transcript.left_out == 70


def make_shared(user: User, **fields: Any) -> Run:
    run = make_run(user, fields.pop("state", State.SUCCEEDED), **fields)
    return share(run=run, visibility=Visibility.PUBLIC)


def look(card: bytes) -> Image.Image:
    picture = Image.open(BytesIO(card))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    return picture.convert("RGB")


def test_the_card_shows_the_curve(ada: User) -> None:
    falling = Series("loss", "loss", 3, [(0, 1.0), (50, 0.5), (100, 0.0)])
    picture = look(draw_card(make_shared(ada), [falling]))
    assert is_like(picture.getpixel((600, 388)), EMBER), "half way down, in the middle"
    assert is_like(picture.getpixel((600, 300)), PAPER)


def is_like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    """The same but for the soft edge of a line."""
    return all(abs(one - other) < 20 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1, 1.0)],
        [(1, "NaN"), (2, "Infinity")],
        [(1, 1.0), (2, "NaN"), (3, 2.0)],
        [(1, 5.0), (2, 5.0)],
        [(1, -1e308), (2, 1e308)],
        [(1, 1e-300), (2, 1e300)],
        [(1, 0.0), (2, -1.0)],
        [(7, 1.0), (7, 2.0)],
    ],
)
def test_every_curve_makes_a_card(ada: User, points: list[Any]) -> None:
    look(draw_card(make_shared(ada), [Series("loss", "loss", len(points), points)]))


@pytest.mark.parametrize("name", ["x" * 80, "W " * 40, "اَلْعَرَبِيَّةُ", "漢字", "💥", "i" * 80])
def test_every_name_finds_room(ada: User, name: str) -> None:
    picture = look(draw_card(make_shared(ada, name=name), []))
    assert picture.getpixel((1190, 150)) == (23, 20, 18), "nothing reaches the edge"


def test_a_card_is_drawn_once_and_anew_when_its_words_change(client: Client, ada: User) -> None:
    run = make_shared(ada, name="One")
    first = find_card(run)
    keep_log(run, ("metric", {"name": "loss", "kind": "loss", "points": [[1, 1.0], [2, 0.5]]}))
    assert find_card(run) == first
    run.name = "Two"
    assert find_card(run) != first


def test_the_card_is_a_png_for_whoever_sees_the_run(client: Client, ada: User, valkey: Redis) -> None:
    cache.clear()
    run = make_shared(ada)
    client.logout()
    answer = client.get(f"/runs/{run.pk}/card.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    look(answer.content)
