"""What tests of pages share."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HTMX = {"HX-Request": "true"}


def queries_of(browser: Client, url: str) -> int:
    """How many queries a page takes, once the rows that are made at first sight exist."""
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    return len(queries)


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def words_of(response: Any) -> str:
    """As it reads: without the marks that only say how words look, and with plain spaces."""
    return " ".join(re.sub(r"</?(bdi|time|span|small|strong)[^>]*>", "", text_of(response)).split())
