"""The way in, as a browser sees it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

LOGIN, WAIT = "/login/", "/login/wait/"
CHECK, FINISH = "/login/check/", "/login/finish/"
HTMX = {"HX-Request": "true"}


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def plex_page(browser: Client) -> str:
    """Where the waiting page sends people."""
    page: Any = browser.get(WAIT)
    assert page.status_code == 200
    return str(page.context["plex_page"])


def return_address(browser: Client) -> str:
    """Where Plex sends them back to."""
    parameters = parse_qs(urlsplit(plex_page(browser)).fragment.lstrip("?"))
    return parameters["forwardUrl"][0]
