import ipaddress
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from plaxe import hosts
from tests.campaigns.process import ROOT


def test_this_machine_and_the_named_hosts_are_allowed_and_nobody_else() -> None:
    allowed = hosts.allowed_hosts("https://plaxe.example.org:8443/x", ["nas.lan"])
    assert {"localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()} <= set(allowed)
    assert {"plaxe.example.org", "nas.lan"} <= set(allowed)
    assert not [host for host in allowed if "*" in host or host.startswith(".") or not host]


def test_addresses_are_written_as_browsers_send_them() -> None:
    for address in hosts.addresses():
        version = 6 if address.startswith("[") else 4
        assert ipaddress.ip_address(address.strip("[]")).version == version


def test_an_origin_is_scheme_host_and_port() -> None:
    assert hosts.origin("https://plaxe.example.org:8443/some/path") == "https://plaxe.example.org:8443"


TLS = (
    "SESSION_COOKIE_SECURE", "SECURE_PROXY_SSL_HEADER", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
)  # fmt: skip
ASK = "import json; from plaxe import settings; print(json.dumps([getattr(settings, n) for n in {names!r}]))"


def settings_with(data: Path, **environment: str) -> list[Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAXE_", "DATABASE"))}
    known = {**kept, "PLAXE_DATA_DIR": str(data), "PLAXE_ENV_FILE": "", **environment}
    command = [sys.executable, "-c", ASK.format(names=TLS)]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=True)
    values: list[Any] = json.loads(done.stdout)
    return values


def test_a_proxy_is_believed_only_when_a_setting_says_so(tmp_path: Path) -> None:
    https, header = "https://plaxe.example.org", ["HTTP_X_FORWARDED_PROTO", "https"]
    assert settings_with(tmp_path) == [False, None, False, 0]
    assert settings_with(tmp_path, PLAXE_URL=https) == [True, None, False, 0]
    told = settings_with(tmp_path, PLAXE_URL=https, PLAXE_PROXY_SSL_HEADER="X-Forwarded-Proto")
    assert told == [True, header, True, 31536000]


@pytest.mark.parametrize("name", ["X Forwarded", "X-Forwarded-Proto: https", "X_Forwarded", "Ä"])
def test_what_is_no_header_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PLAXE_PROXY_SSL_HEADER"):
        hosts.proxy_header(name)


@pytest.mark.django_db
def test_behind_tls_pages_are_redirected_to_it_and_webhooks_of_the_home_are_not(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = hosts.proxy_header("X-Forwarded-Proto")
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31536000
    assert client.get("/login/").headers["Location"] == "https://testserver/login/"
    assert client.get("/health/").status_code == 200
    through = client.get("/nowhere/", headers={"X-Forwarded-Proto": "https"})
    assert "max-age=31536000" in through["Strict-Transport-Security"]
    assert client.post("/webhooks/plex/no-such-secret/").status_code != 301
