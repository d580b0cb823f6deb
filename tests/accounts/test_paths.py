import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.paths import safe_path, way_back

HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "https://evil.example/", "http:evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example",
    "/\t/evil.example", "/\n/evil.example", " //evil.example", "/%0d\nSet-Cookie: a=b",
    "/media//evil.example",    "/héllo", "/\u2028", "/media/#//evil", "", None, "/a b", "/\x00", "/\x7f",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_leads_out_of_the_site_leads_to_the_start_page(text: str | None) -> None:
    assert safe_path(text) == "/"


@pytest.mark.parametrize("text", ["/", "/media/", "/media/?type=movie&page=2", "/users/7/", "/@evil.example"])
def test_a_path_of_this_site_is_kept(text: str) -> None:
    assert safe_path(text) == text


@given(st.text())
def test_whatever_is_asked_for_stays_a_plain_path(text: str) -> None:
    path = safe_path(f"/{text}")
    assert path.startswith("/")
    assert "//" not in path
    assert "\\" not in path
    assert path.isascii()
    assert path.isprintable()


def test_a_form_that_was_sent_without_a_session_leads_to_the_start_page() -> None:
    assert way_back(RequestFactory().post("/media/assign/")) == "/"


def test_a_page_that_was_asked_for_without_a_session_is_come_back_to() -> None:
    assert way_back(RequestFactory().get("/media/?page=2")) == "/media/?page=2"
