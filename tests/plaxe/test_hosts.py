import ipaddress
import socket

from plaxe import hosts


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
