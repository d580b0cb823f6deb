from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from accounts import pictures

JPEG = b"\xff\xd8\xff" + b"picture"

pytestmark = pytest.mark.usefixtures("scratch")


def of_one_shard() -> Iterator[str]:
    names = (f"picture {number}" for number in count())
    return (name for name in names if pictures._path("some", name).parent.name == "a")


def test_what_was_kept_is_there_again() -> None:
    assert pictures.kept("some", "one") == b""
    pictures.keep("some", "one", JPEG)
    assert pictures.kept("some", "one") == JPEG
    assert pictures.kept("other", "one") == b""


def test_the_store_keeps_to_its_size_and_drops_the_oldest() -> None:
    names = [name for name, _ in zip(of_one_shard(), range(6), strict=False)]
    for name in names:
        pictures.keep("some", name, JPEG[:3] + bytes(pictures.SHARD_CAP // 5))
    shard = pictures._path("some", names[0]).parent
    assert sum(path.stat().st_size for path in shard.iterdir()) <= pictures.SHARD_CAP
    assert not pictures.kept("some", names[0])
    assert pictures.kept("some", names[-1])


def test_what_is_far_too_large_is_not_kept() -> None:
    pictures.keep("some", "one", JPEG + bytes(pictures.LARGEST))
    assert pictures.kept("some", "one") == b""


def test_a_disk_that_takes_nothing_breaks_nothing(scratch: Path) -> None:
    (scratch / "cache").write_text("in the way")
    pictures.keep("some", "one", JPEG)
    assert pictures.kept("some", "one") == b""


@pytest.mark.parametrize("content", [b"<html>", b"<svg onload='alert(1)'/>", b"", b"RIFF1234WAVE"])
def test_only_pictures_are_pictures(content: bytes) -> None:
    assert pictures.content_type(content) is None
