"""Files come beside a draft, get other names and go; readers see them when the draft goes live."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from apps.accounts.models import User
from apps.courses.models import Chapter, Draft, Picture
from apps.courses.uploading import BadFigure, make_name

from .editing import BETTER, JSON, PAGE, form
from .texts import SVG, replaced

pytestmark = pytest.mark.django_db

UPLOADS = f"{PAGE}files/uploads/"


def paint(form: str = "PNG") -> bytes:
    written = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(written, form)
    return written.getvalue()


def send(client: Client, name: str, content: bytes | str, version: str = "") -> dict[str, str]:
    """What the server answers to an upload beside the page."""
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    answer: dict[str, str] = client.post(UPLOADS, form(version=version) | {"file": file}, headers=JSON).json()
    return answer


def test_a_picture_and_a_drawing_stand_beside_the_draft(client: Client, chapter: Chapter, editor: User) -> None:
    picture = send(client, "My Photo.JPEG", paint("JPEG"))
    drawing = send(client, "arrows.svg", SVG, version=picture["version"])
    assert (picture["name"], drawing["name"]) == ("my-photo.jpg", "arrows.svg")
    assert "my-photo.jpg" in drawing["files"]
    draft = Draft.objects.get()
    assert (draft.source, sorted(draft.figures)) == (BETTER, ["arrows.svg", "circles.svg", "my-photo.jpg"])
    assert draft.figures["my-photo.jpg"] == f"picture:{Picture.objects.get().digest}:30x20:image/jpeg"
    assert str(draft.version) == drawing["version"] == picture["version"], "the words are the same"
    chapter.refresh_from_db()
    assert sorted(chapter.live_revision.figures) == ["circles.svg"], "readers see nothing yet"


def test_files_go_live_with_the_text(client: Client, chapter: Chapter, editor: User) -> None:
    version = send(client, "arrows.svg", SVG)["version"]
    text = replaced(('src="circles.svg"', 'src="arrows.svg"'))
    assert client.post(PAGE, form(text, version=version)).status_code == 302
    chapter.refresh_from_db()
    assert sorted(chapter.live_revision.figures) == ["arrows.svg", "circles.svg"]
    assert not Draft.objects.exists()


def test_without_scripts_the_text_in_the_page_is_kept_with_the_file(
    client: Client, chapter: Chapter, editor: User
) -> None:
    page = client.post(UPLOADS, form() | {"file": SimpleUploadedFile("a.png", paint())}, follow=True).content.decode()
    assert "a.png is beside your draft" in page
    assert "\nBetter.\n" in page


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (
            "x.svg",
            SVG.replace("<circle", "<script>alert(1)</script><circle"),
            "The element &lt;script&gt; is not allowed",
        ),
        ("x.svg", "<!DOCTYPE svg>" + SVG, "DOCTYPE"),
        ("x.svg", b"\xff\xfe", "not UTF-8"),
        ("x.png", b"no picture", "no PNG, JPEG, WebP or GIF"),
        ("x.exe", b"MZ", "no PNG, JPEG, WebP or GIF"),
        ("日本.png", paint(), "makes no name"),
        ("empty.png", b"", "is empty"),
        ("large.png", b"\0" * 8_000_001, "over 8 MB"),
    ],
    ids=["script", "doctype", "bytes", "text", "program", "name", "empty", "large"],
)
def test_what_cannot_stand_there_is_refused_aloud(
    client: Client, chapter: Chapter, editor: User, name: str, content: bytes | str, why: str
) -> None:
    assert why.replace("&lt;", "<").replace("&gt;", ">") in send(client, name, content)["error"]
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    version = Draft.objects.get().version
    page = client.post(UPLOADS, form(version=version) | {"file": file})
    assert page.status_code == 422
    assert why in page.content.decode()
    assert list(Draft.objects.get().figures) == ["circles.svg"], "the words are kept all the same"


def test_no_file_at_all_is_said(client: Client, chapter: Chapter, editor: User) -> None:
    assert client.post(UPLOADS, form(), headers=JSON).json()["error"].startswith("Choose a file first")


def test_a_stale_tab_adds_nothing(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(f"{PAGE}draft/", form("newer words"))
    assert "you wrote more on another page" in send(client, "a.png", paint())["error"]
    assert list(Draft.objects.get().figures) == ["circles.svg"]


def test_a_file_is_renamed_in_the_text_too_and_removed(client: Client, chapter: Chapter, editor: User) -> None:
    renaming = {"renamed": "circles.svg", "name-circles.svg": "Two Circles"}
    client.post(f"{PAGE}files/renaming/", form() | renaming)
    draft = Draft.objects.get()
    assert list(draft.figures) == ["two-circles.svg"]
    assert 'src="two-circles.svg"' in draft.source
    gone = client.post(f"{PAGE}files/renaming/", form(draft.source, version=draft.version) | renaming)
    assert "no file “circles.svg” any more" in gone.content.decode()
    client.post(f"{PAGE}files/removal/", form(draft.source, version=draft.version) | {"removed": "two-circles.svg"})
    assert Draft.objects.get().figures == {}


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("A b.PNG", "a-b.png"), ("../../etc/passwd", "passwd.png"), (r"C:\x\My_Photo (1).jpg", "my_photo-1.png")],
)
def test_names_are_made_plain(wanted: str, name: str) -> None:
    assert make_name(wanted, "png") == name


@pytest.mark.parametrize("wanted", ["", "…", "a" * 90])
def test_what_makes_no_name_is_refused(wanted: str) -> None:
    with pytest.raises(BadFigure, match="makes no name"):
        make_name(wanted, "png")
