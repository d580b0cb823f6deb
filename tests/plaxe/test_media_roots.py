from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from plaxe import media_roots


def test_nothing_is_mapped_by_default() -> None:
    assert media_roots.parse([]) == ()


def test_each_folder_of_the_server_has_one_here(tmp_path: Path) -> None:
    (tmp_path / "tv = new").mkdir()
    found = media_roots.parse([f"/data/films/ = {tmp_path}", f"D:/tv={tmp_path / 'tv = new'}"])
    assert found == (("/data/films", tmp_path), ("D:\\tv", tmp_path / "tv = new"))


def test_the_whole_disk_of_a_server_may_be_mapped(tmp_path: Path) -> None:
    assert media_roots.parse([f"/={tmp_path}"]) == (("/", tmp_path),)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("/data/films", "is no such pair"),
        ("=/tmp", "is no such pair"),
        ("/data=", "is no such pair"),
        ("films=/tmp", "is not a whole path as Plex names it"),
        ("/data/../etc=/tmp", "is not a whole path as Plex names it"),
        ("/data=tmp", "is not a whole path of this machine"),
        ("/data=/tmp/../etc", "is not a whole path of this machine"),
        ("/data=/tmp/plaxe is not there", "is no folder that Plaxe can see. Is it mounted"),
        ("/data=/dev/null", "is no folder that Plaxe can see"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(entry: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        media_roots.parse([entry])


def test_no_folder_of_the_server_is_two(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="names /data twice"):
        media_roots.parse([f"/data={tmp_path}", f"/data/={tmp_path}"])
