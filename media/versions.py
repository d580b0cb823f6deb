"""The versions of a title. What Plex has made of another version for small screens is none."""

from dataclasses import dataclass

from media.models import MediaFile, MediaItem


@dataclass(frozen=True)
class Version:
    media_id: str
    files: list[MediaFile]

    @property
    def bytes(self) -> int:
        return sum(file.size or 0 for file in self.files)

    @property
    def resolution(self) -> str:
        """`1080`, `4k`, `sd`; empty when Plex does not say."""
        return self.files[0].resolution


def versions_of(item: MediaItem) -> list[Version]:
    """Largest first."""
    files: dict[str, list[MediaFile]] = {}
    for file in item.files.all():
        if not file.is_optimised:
            files.setdefault(file.media_id, []).append(file)
    versions = [Version(media_id, parts) for media_id, parts in files.items()]
    return sorted(versions, key=lambda version: version.bytes, reverse=True)
