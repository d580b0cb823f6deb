"""Sign-in PINs: asked for by a client, linked by a person, readable until they expire."""

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

STRONG_LIFE = 1800
SHORT_LIFE = 900
ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Pin:
    id: int
    code: str
    client_identifier: str
    product: str
    created_at: int
    lifetime: int
    token: str | None = field(default=None, repr=False)

    @property
    def expires_at(self) -> int:
        return self.created_at + self.lifetime


class Pins:
    def __init__(self, now: Callable[[], int], random: Random) -> None:
        self._now = now
        self._random = random
        self._pins: dict[int, Pin] = {}

    def create(self, *, client_identifier: str, product: str = "", strong: bool = False) -> Pin:
        length, lifetime = (25, STRONG_LIFE) if strong else (4, SHORT_LIFE)
        code = "".join(self._random.choices(ALPHABET, k=length))
        pin_id = 700_000_000 + len(self._pins) + 1
        pin = Pin(
            id=pin_id,
            code=code if strong else code.upper(),
            client_identifier=client_identifier,
            product=product,
            created_at=self._now(),
            lifetime=lifetime,
        )
        self._pins[pin_id] = pin
        return pin

    def alive(self, pin_id: int, *, client_identifier: str) -> Pin | None:
        pin = self._pins.get(pin_id)
        if pin is None or pin.client_identifier != client_identifier or self._expired(pin):
            return None
        return pin

    def with_code(self, code: str) -> Pin | None:
        wanted = code.strip().lower()
        found = (pin for pin in self._pins.values() if pin.code.lower() == wanted)
        return next((pin for pin in found if not self._expired(pin)), None)

    def _expired(self, pin: Pin) -> bool:
        return self._now() >= pin.expires_at
