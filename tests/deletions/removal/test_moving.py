"""Files in real folders: which of them can go to the trash, and how they move."""

import ctypes
import errno
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deletions.removal.checks import check
from deletions.removal.moving import Where, erase, move, open_trash, tidy, where_is
from deletions.removal.places import Obstacle, Root, Spot, in_words, spot_of

NOBODY = 65534
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture
def root(folder: Path) -> Root:
    return Root("/data/films", folder)


@pytest.fixture
def spot(root: Root) -> Spot:
    """A film of five bytes."""
    spot = spot_of("/data/films/Salt/Salt.mkv", [root])
    spot.place.parent.mkdir()
    spot.place.write_bytes(b"salty")
    return spot


def obstacle(spot: Spot, size: int | None = 5) -> str:
    with pytest.raises(Obstacle) as found:
        check(spot, size, spot.trashed_as("1"))
    return str(found.value)


def test_a_plain_file_can_go(spot: Spot) -> None:
    check(spot, 5, spot.trashed_as("1"))
    assert not spot.root.trash.exists()


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/data/films/a/b.mkv", ("a", "b.mkv")),
        ("/data/films2/b.mkv", ()),
        ("/Data/films/b.mkv", ()),
        ("/data/films", ()),
        ("b.mkv", ()),
    ],
)
def test_only_what_lies_below_the_root_is_in_it(root: Root, path: str, parts: tuple[str, ...]) -> None:
    assert root.parts_of(path) == parts


def test_a_server_on_windows_separates_in_its_own_way(folder: Path) -> None:
    assert spot_of("D:\\films\\Salt\\a.mkv", [Root("D:\\films", folder)]).place == folder / "Salt" / "a.mkv"
    assert Root("D:\\", folder).parts_of("D:\\films\\a.mkv") == ("films", "a.mkv")


def test_the_nearest_root_counts(folder: Path, tmp_path: Path) -> None:
    roots = [Root("/data", tmp_path), Root("/data/films", folder), Root("/", Path("/"))]
    assert spot_of("/data/films/a.mkv", roots).root.folder == folder


@pytest.mark.parametrize(
    "path",
    [
        "/elsewhere/a.mkv", "/data/films/../secret", "/data/films//a", "/data/films/./a", "/data/films/",
        "/data/films/a\0b", "/data/films/\ud800", "/data/films/.plaxe-trash/1/a.mkv",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_a_root(root: Root, path: str) -> None:
    with pytest.raises(Obstacle):
        spot_of(path, [root])


def test_no_backslash_of_a_windows_server_becomes_a_way_up(folder: Path) -> None:
    with pytest.raises(Obstacle):
        spot_of("D:\\films\\..\\..\\etc/passwd", [Root("D:\\films", folder)])


def test_a_vanished_file_stays_where_it_is(spot: Spot) -> None:
    spot.place.unlink()
    assert "Salt.mkv is not to be seen. Is the disk mounted?" in obstacle(spot)


def test_a_root_that_is_not_mounted_is_told(spot: Spot) -> None:
    spot.place.unlink()
    spot.place.parent.rmdir()
    assert "Salt is not to be seen. Is the disk mounted?" in obstacle(spot)
    spot.root.folder.rmdir()
    assert "No such file" in obstacle(spot)


@pytest.mark.parametrize(
    ("size", "words"), [(6, "has 5 bytes on the disk and 6 in Plex"), (None, "how large")]
)
def test_a_file_of_another_size_stays(spot: Spot, size: int | None, words: str) -> None:
    assert words in obstacle(spot, size)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_in_another_unicode_form_is_another_name(root: Root, form: str) -> None:
    on_disk, in_plex = (unicodedata.normalize(each, "Amélie.mkv") for each in ("NFC", "NFD"))
    if form == "NFD":
        on_disk, in_plex = in_plex, on_disk
    (root.folder / on_disk).write_bytes(b"film")
    assert "written in another way" in obstacle(Spot(root, (in_plex,)), 4)
    check(Spot(root, (on_disk,)), 4, root.trash / "1" / on_disk)


def test_a_name_in_other_letters_is_another_name(spot: Spot) -> None:
    assert "written in another way" in obstacle(Spot(spot.root, ("salt", "Salt.mkv")))
    assert "written in another way" in obstacle(Spot(spot.root, ("Salt", "SALT.mkv")))


def test_a_link_is_no_plain_file(spot: Spot) -> None:
    other = spot.place.with_name("other.mkv")
    spot.place.rename(other)
    spot.place.symlink_to(other)
    assert "is no plain file but a link" in obstacle(spot)


def test_a_folder_that_is_a_link_out_of_the_root_is_not_followed(spot: Spot, tmp_path: Path) -> None:
    spot.place.parent.rename(tmp_path / "outside")
    spot.place.parent.symlink_to(tmp_path / "outside")
    assert f"leads out of {spot.root.folder}" in obstacle(spot)


def test_a_folder_that_is_a_link_within_the_root_is_followed(spot: Spot) -> None:
    spot.place.parent.rename(spot.root.folder / "inside")
    spot.place.parent.symlink_to(spot.root.folder / "inside")
    check(spot, 5, spot.trashed_as("1"))


def test_a_folder_with_the_name_of_the_file_stays(spot: Spot) -> None:
    spot.place.unlink()
    spot.place.mkdir()
    assert "no plain file" in obstacle(spot)


def test_a_trash_that_is_a_link_is_no_trash(spot: Spot, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    spot.root.trash.symlink_to(tmp_path / "outside")
    assert "is no folder" in obstacle(spot)


def test_what_lies_in_the_trash_already_is_not_overwritten(spot: Spot) -> None:
    target = spot.trashed_as("1")
    target.parent.mkdir(parents=True)
    target.write_bytes(b"before")
    assert "in the trash at" in obstacle(spot)
    with pytest.raises(Obstacle, match="Another file is in the way"):
        move(spot.place, target, spot.root.folder)
    assert (target.read_bytes(), spot.place.read_bytes()) == (b"before", b"salty")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder on a file system of its own."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        pytest.skip("there is no /dev/shm to write to")
    with TemporaryDirectory(dir=MEMORY, prefix="plaxe-tests-") as folder:
        yield Path(folder)


def test_a_file_on_another_file_system_than_the_trash_stays(root: Root, memory: Path) -> None:
    if memory.stat().st_dev == root.folder.stat().st_dev:
        pytest.skip("/dev/shm and the tests' own folder are one file system")
    (memory / "a.mkv").write_bytes(b"film")
    with pytest.raises(Obstacle, match="on another file system than its trash"):
        move(memory / "a.mkv", memory.parent / root.folder / "a.mkv", Path("/"))
    assert (memory / "a.mkv").exists()


def test_a_trash_mounted_from_elsewhere_is_found_out_before(root: Root, memory: Path) -> None:
    """As the file's device and that of its root are compared, a mount inside the root is noticed."""
    if memory.stat().st_dev == root.folder.stat().st_dev:
        pytest.skip("/dev/shm and the tests' own folder are one file system")
    (memory / "a.mkv").write_bytes(b"film")
    above = Root("/", Path("/"))
    spot = Spot(above, (memory / "a.mkv").parts[1:])
    assert "is on another file system than" in obstacle(spot, 4)


def as_nobody(act: str, spot: Spot) -> str:
    """What somebody hears who is not allowed everything: root may write anywhere."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    read, write = os.pipe()
    if os.fork() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            if act == "check":
                check(spot, 5, spot.trashed_as("1"))
            else:
                move(spot.place, spot.trashed_as("1"), spot.root.folder)
            os.write(write, b"nothing")
        except Obstacle as found:
            os.write(write, str(found).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        words = answer.read()
    os.wait()
    return words


@pytest.fixture
def open_way() -> Iterator[Spot]:
    """As above, where whoever wants may look at it; pytest's own folders are for their owner alone."""
    with TemporaryDirectory() as name:
        spot = spot_of("/data/films/Salt/Salt.mkv", [Root("/data/films", Path(name))])
        spot.place.parent.mkdir()
        spot.place.write_bytes(b"salty")
        for folder in (spot.root.folder, spot.place.parent):
            folder.chmod(0o755)
        yield spot


@pytest.mark.parametrize("act", ["check", "move"])
def test_a_folder_that_may_only_be_read_is_told(open_way: Spot, act: str) -> None:
    words = as_nobody(act, open_way)
    assert "Plaxe may not" in words
    assert open_way.place.exists()


def test_a_file_whose_own_folder_may_only_be_read_is_told(open_way: Spot) -> None:
    open_way.root.folder.chmod(0o777)
    assert f"Plaxe may not write to {open_way.place.parent}" in as_nobody("check", open_way)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EROFS, "Plaxe may not move /a: Read-only file system."),
        (errno.EXDEV, "/a is on another file system than its trash."),
        (errno.ENOSPC, "/a cannot be moved: No space left on device."),
    ],
)
def test_what_the_system_says_is_told_in_words(number: int, words: str) -> None:
    assert in_words(OSError(number, "x"), Path("/a")) == words


def test_a_file_moves_with_the_folders_it_lay_in_and_back(spot: Spot) -> None:
    target = spot.trashed_as("7")
    open_trash(spot.root)
    move(spot.place, target, spot.root.folder)
    assert target == spot.root.folder / ".plaxe-trash" / "7" / "Salt" / "Salt.mkv"
    assert (target.read_bytes(), spot.place.exists()) == (b"salty", False)
    spot.place.parent.rmdir()
    move(target, spot.place, spot.root.folder)
    assert spot.place.read_bytes() == b"salty"


def test_the_trash_tells_plex_to_look_at_nothing_in_it(root: Root) -> None:
    open_trash(root)
    open_trash(root)
    assert (root.trash / ".plexignore").read_text() == "*\n"


def test_nothing_is_moved_through_a_link_out_of_the_root(spot: Spot, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    spot.root.trash.symlink_to(tmp_path / "outside")
    with pytest.raises(Obstacle, match="leads out of"):
        move(spot.place, spot.trashed_as("1"), spot.root.folder)
    assert not list((tmp_path / "outside").iterdir())


@pytest.fixture(params=["at once", "by a look before"])
def way_of_renaming(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every file system can rename without overwriting by itself."""
    if request.param != "at once":
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())


@pytest.mark.usefixtures("way_of_renaming")
def test_no_way_of_renaming_overwrites(spot: Spot) -> None:
    target = spot.trashed_as("1")
    move(spot.place, target, spot.root.folder)
    spot.place.write_bytes(b"new!")
    with pytest.raises(Obstacle, match="Another file is in the way"):
        move(target, spot.place, spot.root.folder)
    assert (spot.place.read_bytes(), target.read_bytes()) == (b"new!", b"salty")


def test_where_a_file_is_by_now(spot: Spot) -> None:
    place, target, root = spot.place, spot.trashed_as("1"), spot.root.folder

    def where() -> Where:
        return where_is(place, target, 5, root)

    assert where() == Where.IN_PLACE
    move(place, target, root)
    assert where() == Where.IN_TRASH
    place.write_bytes(b"a new copy")
    assert where() == Where.IN_BOTH
    target.unlink()
    assert where() == Where.NOWHERE
    place.unlink()
    assert where() == Where.NOWHERE
    tidy(target, root)
    spot.root.trash.rmdir()
    assert where() == Where.UNSEEN


def test_only_what_was_put_there_is_erased(spot: Spot, tmp_path: Path) -> None:
    target, root = spot.trashed_as("1"), spot.root.folder
    move(spot.place, target, root)
    with pytest.raises(Obstacle, match="not the file that was put there"):
        erase(target, 6, root)
    outside = tmp_path / "other.mkv"
    outside.write_bytes(b"salty")
    with pytest.raises(Obstacle, match="not the file that was put there"):
        erase(outside, 5, root)
    with pytest.raises(Obstacle, match="not the file that was put there"):
        erase(spot.root.trash / ".." / ".." / "other.mkv", 5, root)
    erase(target, 5, root)
    assert not target.exists()
    assert outside.exists()


def test_only_folders_that_are_empty_are_cleared_away(spot: Spot) -> None:
    target, root = spot.trashed_as("1"), spot.root.folder
    move(spot.place, target, root)
    other = target.with_name("other.srt")
    other.write_text("somebody else's")
    target.unlink()
    tidy(target, root)
    assert other.exists()
    other.unlink()
    tidy(target, root)
    assert list(spot.root.trash.iterdir()) == []
