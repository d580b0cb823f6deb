import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from plaxe import data_folder

MOUNTS = """\
24 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 24 0:27 / /mnt/my\\040nas rw,relatime shared:5 - nfs4 nas:/export rw,vers=4.2
32 31 254:1 / /mnt/my\\040nas/local rw,relatime - xfs /dev/vdb rw
"""


def test_the_folder_is_made_and_belongs_to_its_user_alone(tmp_path: Path) -> None:
    folder = data_folder.prepare(tmp_path / "deep" / "data")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=r"PLAXE_DATA_DIR is .*cannot write: Not a directory"):
        data_folder.prepare(tmp_path / "file" / "data")


def test_a_read_only_folder_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="PLAXE_DATA_DIR is /proc/1/task, where Plaxe cannot"):
        data_folder.prepare(Path("/proc/1/task"))


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/home/plaxe", "ext4"), ("/mnt/my nas/plaxe", "nfs4"), ("/mnt/my nas/local/plaxe", "xfs")],
)
def test_the_innermost_mount_counts(tmp_path: Path, folder: str, kind: str) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert data_folder.file_system(Path(folder), tmp_path / "mountinfo") == kind


def test_a_network_mount_is_refused_with_the_ways_out(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    with pytest.raises(ImproperlyConfigured, match=r"PLAXE_DATA_DIR .*nfs4.*DATABASE_URL"):
        data_folder.refuse_network(Path("/mnt/my nas/plaxe"), tmp_path / "mountinfo")


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = data_folder.secret(path, lambda: "made")
    assert (first, data_folder.secret(path, lambda: "another")) == ("made", "made")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("is_there", [True, False])
def test_the_database_and_what_is_written_beside_it_is_readable_by_its_owner_alone(
    tmp_path: Path, is_there: bool
) -> None:
    path = tmp_path / "plaxe.sqlite3"
    if is_there:
        (tmp_path / "plaxe.sqlite3-wal").touch(0o644)
        path.touch(0o644)

    with closing(sqlite3.connect(data_folder.private(path))) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE titles (name)")

        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    assert modes == {f"plaxe.sqlite3{end}": 0o600 for end in ("", "-wal", "-shm")}


def test_processes_that_start_together_agree_on_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(16) as pool:
        values = set(pool.map(lambda _: data_folder.secret(path, data_folder.new_encryption_key), range(64)))
    assert len(values) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_an_empty_secret_is_never_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(ImproperlyConfigured, match="Restore it from a backup"):
        data_folder.secret(tmp_path / "secret", lambda: "new")


def test_several_encryption_keys_keep_their_order() -> None:
    keys = [data_folder.new_encryption_key() for _ in range(3)]
    assert data_folder.encryption_keys("\n".join(keys), source="X") == keys
    assert data_folder.encryption_keys(", ".join(keys), source="X") == keys


@pytest.mark.parametrize("text", ["short", "A" * 44, "é" * 32, "aGVsbG8="])
def test_what_is_no_encryption_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^X must hold keys of 32 bytes") as refusal:
        data_folder.encryption_keys(text, source="X")
    assert text not in str(refusal.value)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    with (
        data_folder.locked(tmp_path / "lock"),
        pytest.raises(BlockingIOError),
        data_folder.locked(tmp_path / "lock", wait=False),
    ):
        pass
    with data_folder.locked(tmp_path / "lock", wait=False):
        assert (tmp_path / "lock").exists()
