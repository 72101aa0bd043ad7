"""Folders that are lent again: whatever was left in one is gone, and nothing beside it is touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from workers.runner import places
from workers.runner.places import Residue, lay_out

sweep = partial(places.sweep, most=sys.maxsize)
"""Without the count of files, which here is that of the whole disk."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Also what a failed test leaves is removed: pytest itself cannot remove folders a thousand deep."""
    folder = tmp_path / "place"
    folder.mkdir()
    yield folder
    subprocess.run(["/bin/rm", "-rf", folder], check=True)


def test_a_link_is_removed_and_what_it_leads_to_is_not(place: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (place / "folder").symlink_to(kept)
    (place / "inner").mkdir()
    (place / "inner" / "link").symlink_to(kept / "file")
    (place / "root").symlink_to("/")
    sweep(str(place))
    assert list(place.iterdir()) == []
    assert list(kept.iterdir()) == [kept / "file"]


def test_folders_a_thousand_deep_and_closed_are_removed(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    for depth in range(1500):
        os.mkdir("d" * 200, dir_fd=descriptor)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        if depth % 100 == 0:
            os.mkdir("closed", mode=0, dir_fd=deeper)
        os.close(descriptor)
        descriptor = deeper
    os.fchmod(descriptor, 0)
    os.close(descriptor)
    place.chmod(0)
    sweep(str(place))
    assert list(place.iterdir()) == []


def test_names_that_are_no_text_and_files_that_are_no_files_are_removed(place: Path) -> None:
    (place / os.fsdecode(b"\xff\n\x01")).touch()
    os.mkfifo(place / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "s"))
    sweep(str(place))
    assert list(place.iterdir()) == []


def test_names_to_keep_are_kept(place: Path) -> None:
    (place / "kept").mkdir()
    (place / "gone").mkdir()
    sweep(str(place), keep=("kept",))
    assert list(place.iterdir()) == [place / "kept"]


def test_too_much_is_not_begun_with(place: Path) -> None:
    with pytest.raises(Residue, match="too many"):
        places.sweep(str(place), most=0)


def test_what_a_killed_zygote_left_is_removed_and_what_a_live_one_has_is_not(tmp_path: Path) -> None:
    left = tmp_path / "places-left"
    (left / "0" / "secret").mkdir(parents=True)
    live = lay_out(str(tmp_path / "places-live"))
    paths = lay_out(str(tmp_path / "places-next"))
    assert not left.exists()
    assert all(Path(path).is_dir() for path in (*live, *paths))
