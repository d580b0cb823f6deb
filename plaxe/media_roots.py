"""`PLAXE_MEDIA_ROOTS`: which folder of this machine is which folder of a media server."""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# As a server on Linux, Windows or a Windows share names a folder.
ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
FORM = "PLAXE_MEDIA_ROOTS must be a list such as /data/films=/mnt/films,/data/tv=/mnt/tv"


def parse(entries: list[str]) -> tuple[tuple[str, Path], ...]:
    """`(folder as Plex names it, folder here)`, in the order given."""
    roots = [_root(entry) for entry in entries]
    names = [name for name, _ in roots]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ImproperlyConfigured(f"PLAXE_MEDIA_ROOTS names {twice[0]} twice.")
    return tuple(roots)


def _root(entry: str) -> tuple[str, Path]:
    name, is_given, here = (part.strip() for part in entry.partition("="))
    if not (is_given and name and here):
        raise ImproperlyConfigured(f"{FORM}; {entry[:80]!r} is no such pair.")
    if not ABSOLUTE.match(name) or ".." in re.split(r"[\\/]", name):
        raise ImproperlyConfigured(f"{FORM}: {name[:80]!r} is not a whole path as Plex names it.")
    if not name.startswith("/"):
        name = name.replace("/", "\\")
    return name.rstrip("\\/") or name, _folder(here)


def _folder(here: str) -> Path:
    folder = Path(here)
    if not folder.is_absolute() or ".." in folder.parts:
        raise ImproperlyConfigured(f"{FORM}: {here[:80]!r} is not a whole path of this machine.")
    try:
        is_there = folder.is_dir()
    except OSError as error:
        words = f"PLAXE_MEDIA_ROOTS: {here[:80]} cannot be read: {error.strerror}."
        raise ImproperlyConfigured(words) from None
    if not is_there:
        words = f"PLAXE_MEDIA_ROOTS: {here[:80]} is no folder that Plaxe can see. Is it mounted for Plaxe?"
        raise ImproperlyConfigured(words)
    return folder
