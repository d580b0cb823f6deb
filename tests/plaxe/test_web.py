"""What every answer carries, and the answers that come before any view."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from plaxe.headers import content_security_policy


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server at 10.0.0.9 failed\nDETAIL: secret")


@login_not_required
def buggy(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("broken/", broken), path("buggy/", buggy)]
handler400 = "plaxe.error_pages.bad_request"
handler500 = "plaxe.error_pages.server_error"

ours = override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"])


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_health_needs_no_database_no_session_and_no_known_host(visitor: Client) -> None:
    assert not connection.in_atomic_block
    response = visitor.get("/health/", HTTP_HOST="10.1.2.3:8000")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_every_answer_carries_the_security_headers(visitor: Client) -> None:
    response = visitor.get("/nowhere/", HTTP_HOST="unknown.example")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_one_foreign_place_to_go() -> None:
    policy = content_security_policy("https://app.plex.tv/auth")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert policy.count("https://") == 1
    assert "form-action 'self' https://app.plex.tv;" in policy


@override_settings(ALLOWED_HOSTS=["localhost"])
def test_an_unknown_host_is_told_which_variable_to_set(visitor: Client) -> None:
    response = visitor.get("/", HTTP_HOST='nas<script>.example"')
    page = response.content.decode()
    assert response.status_code == 400
    assert "PLAXE_URL" in page
    assert "PLAXE_ALLOWED_HOSTS" in page
    assert "<script>" not in page


@ours
def test_a_database_that_is_away_is_a_pause_not_an_error(visitor: Client) -> None:
    response = visitor.get("/broken/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "10.0.0.9" not in response.content.decode()


@ours
def test_a_bug_is_a_plain_page(visitor: Client) -> None:
    response = visitor.get("/buggy/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
