"""By which names Plaxe may be called."""

import fcntl
import re
import socket
import struct
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
SIOCGIFADDR = 0x8915  # Linux: the address of a network interface
OUTSIDE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # reserved for documentation


def allowed_hosts(url: str, extra: list[str]) -> list[str]:
    name = socket.gethostname().lower()
    own = ["localhost", "127.0.0.1", "[::1]", name, f"{name.partition('.')[0]}.local", *addresses()]
    named = [host] if (host := urlsplit(url).hostname) else []
    return list(dict.fromkeys([*own, *named, *extra]))


def addresses() -> list[str]:
    return [*_interface_addresses(), *(address for to in OUTSIDE if (address := _address_towards(*to)))]


def _interface_addresses() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # no address, or no Linux
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _address_towards(family: socket.AddressFamily, address: str) -> str | None:
    """The address other machines see; connecting a datagram socket sends nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            own = str(probe.getsockname()[0]).partition("%")[0]
    except OSError:
        return None
    return f"[{own}]" if family == socket.AF_INET6 else own


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def proxy_header(name: str) -> tuple[str, str] | None:
    """As Django wants it: `X-Forwarded-Proto` is believed when it says `https`."""
    if not name:
        return None
    if not HEADER.fullmatch(name):
        raise ImproperlyConfigured(
            f"PLAXE_PROXY_SSL_HEADER must be a header such as X-Forwarded-Proto, not {name[:60]!r}."
        )
    return f"HTTP_{name.upper().replace('-', '_')}", "https"
