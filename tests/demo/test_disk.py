"""A demo server whose files are real."""

from pathlib import Path
from urllib.parse import quote

import pytest

from plexclient.demo import Item, World
from tests.demo.asking import Client

FOLDER = "/data/films/Heron Lake"


@pytest.fixture
def file(world: World, tmp_path: Path) -> Path:
    world.server.disk["/data/films"] = tmp_path
    place = tmp_path / "Heron Lake" / "film.mkv"
    place.parent.mkdir()
    place.write_bytes(b"film")
    return place


@pytest.fixture
def film(world: World, file: Path) -> Item:
    return world.add_movie("Heron Lake", file=f"{FOLDER}/film.mkv", size=4)


def look_at(server: Client, film: Item, method: str = "GET", folder: str = FOLDER) -> int:
    url = f"/library/sections/{film.section.key}/refresh?path={quote(folder)}"
    return server(method, url).status


def path(film: Item) -> str:
    return f"/library/metadata/{film.rating_key}"


def test_a_delete_removes_the_file(server: Client, film: Item, file: Path) -> None:
    server("DELETE", path(film))
    assert not file.exists()


def test_a_lost_file_is_noticed_by_the_next_look(
    world: World, server: Client, film: Item, file: Path
) -> None:
    file.unlink()
    assert server.get(path(film)).status == 200
    assert look_at(server, film) == 200
    assert server.get(path(film)).status == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_until_the_trash_is_emptied_a_lost_title_is_listed_as_deleted(
    world: World, server: Client, film: Item, file: Path, method: str
) -> None:
    world.server.scans_at_once = False
    file.rename(file.with_suffix(".away"))
    look_at(server, film, method)
    assert server.get(path(film)).rows[0]["deletedAt"]
    file.with_suffix(".away").rename(file)
    look_at(server, film, method)
    assert "deletedAt" not in server.get(path(film)).rows[0]


def test_only_the_folder_that_was_named_is_looked_at(server: Client, film: Item, file: Path) -> None:
    file.unlink()
    look_at(server, film, folder="/data/films/Salt Road")
    assert server.get(path(film)).status == 200
    look_at(server, film, folder="/data/films")
    assert server.get(path(film)).status == 404


def test_only_the_owner_has_it_look(server: Client, film: Item) -> None:
    server.token = "made-up"
    assert look_at(server, film) == 401
