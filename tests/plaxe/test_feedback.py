"""What an action answers, in whole pages and in parts of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages, info
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware

from accounts.feedback import done
from plaxe.toasts import AfterParts
from tests.pages import HTMX, text_of

pytestmark = pytest.mark.django_db

View = Callable[[HttpRequest], HttpResponse]


def answer(view: View, **headers: str) -> tuple[HttpRequest, HttpResponse]:
    request = RequestFactory().post("/deletions/7/cancel/", headers=headers)
    layers: Any = SessionMiddleware(MessageMiddleware(HtmxMiddleware(AfterParts(view))))
    return request, layers(request)


def says_heron_stays(request: HttpRequest) -> HttpResponse:
    done(request, "Heron Lake stays.", undo="/deletions/7/retry/", reason="mistake & more")
    return HttpResponse("<li>the row</li>")


def test_a_part_carries_what_was_done_behind_it() -> None:
    here = {"HX-Current-URL": "http://testserver/deletions/?status=open"}
    _, response = answer(says_heron_stays, **HTMX, **here)
    text = text_of(response)
    assert text.startswith("<li>the row</li>")
    assert 'hx-swap-oob="beforeend:#messages"' in text
    assert "Heron Lake stays." in text


def test_what_can_be_taken_back_brings_the_way_with_it() -> None:
    here = {"HX-Current-URL": "http://testserver/deletions/?status=open"}
    text = text_of(answer(says_heron_stays, **HTMX, **here)[1])
    assert 'action="/deletions/7/retry/"' in text
    assert 'name="reason" value="mistake &amp; more"' in text
    assert 'name="back" value="/deletions/?status=open"' in text


def test_a_message_waits_for_the_whole_page() -> None:
    request, response = answer(says_heron_stays)
    assert text_of(response) == "<li>the row</li>"
    assert [str(message) for message in get_messages(request)] == ["Heron Lake stays."]


def test_a_message_waits_when_the_browser_is_sent_elsewhere() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        info(request, "Welcome.")
        return HttpResponseClientRedirect("/")

    request, response = answer(view, **HTMX)
    assert text_of(response) == ""
    assert len(get_messages(request)) == 1


def test_a_part_that_is_not_there_answers_in_a_sentence(browser: Client) -> None:
    response = browser.get("/media/999999/", headers=HTMX)
    assert response.status_code == 404
    text = text_of(response)
    assert text.startswith('<div class="message error">')
    assert "no longer known" in text


def test_a_form_of_another_session_is_refused_with_advice() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/appearance/theme/", {"theme": "dark"})
    assert page.status_code == 403
    assert "Nothing was changed." in text_of(page)
    part = client.post("/appearance/theme/", {"theme": "dark"}, headers=HTMX)
    assert part.status_code == 403
    assert "Load it anew and repeat." in text_of(part)
    assert "<html" not in text_of(part)


def test_a_session_lost_within_a_page_leads_to_the_login_and_back(client: Client) -> None:
    here = {"HX-Current-URL": "http://testserver/deletions/?status=open"}
    response = client.post("/deletions/7/cancel/", headers={**HTMX, **here})
    assert response.headers["HX-Redirect"] == "/login/?next=/deletions/%3Fstatus%3Dopen"
