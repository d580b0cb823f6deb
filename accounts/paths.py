"""Where to go after signing in: never out of this site."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import get_script_prefix

# Printable ASCII without the backslash, which browsers read as a slash.
INSIDE = re.compile(r"/[\x21-\x5b\x5d-\x7e]*")


def safe_path(text: str | None) -> str:
    """The text if it is a path of this site, else the start page. Two slashes in a row could name a host."""
    home = get_script_prefix()
    text = text or ""
    inside = INSIDE.fullmatch(text) and text.startswith(home) and "//" not in text and "#" not in text
    return text if inside else home


def way_back(request: HttpRequest) -> str:
    """The page somebody was on who has to sign in first."""
    on_a_page = getattr(request, "htmx", None) or request.method in ("GET", "HEAD")
    return page_of(request) if on_a_page else get_script_prefix()


def page_of(request: HttpRequest) -> str:
    """The page in the browser: for a part that htmx asks for, the one it belongs to."""
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return safe_path(request.get_full_path())
    parts = urlsplit(htmx.current_url or "")
    return safe_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
