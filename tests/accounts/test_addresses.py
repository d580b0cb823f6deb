import pytest

from accounts.addresses import normalised
from accounts.errors import Refused


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://192.168.1.10:32400", "http://192.168.1.10:32400"),
        ("  https://Plex.Example.org/ ", "https://plex.example.org"),
        ("192.168.1.10:32400", "http://192.168.1.10:32400"),
        ("http://nas:32400/web/index.html#!/settings", "http://nas:32400"),
        ("https://example.org/plex/", "https://example.org/plex"),
        ("http://[fd00::1]:32400", "http://[fd00::1]:32400"),
    ],
)
def test_a_typed_address_is_brought_into_one_form(typed: str, url: str) -> None:
    assert normalised(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "", "ftp://nas", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://nas:port",
        "http://a b", "http://n\nas", "http://nas:99999", "http://alice:secret@nas", "http://nas/?X-Plex-Token=abc",
        "http://" + "n" * 600, "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        normalised(typed)
