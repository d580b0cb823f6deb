"""Something happens in the middle of a pass: when Plaxe is about to ask for a certain thing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter


@dataclass(frozen=True)
class Moment:
    """Before a request whose method and address match, `skip` of which pass first."""

    asked: str
    skip: int = 0

    @contextmanager
    def sees(self, happen: Callable[[], None]) -> Iterator[None]:
        """Its hook is in requests; Plaxe knows nothing of it. That the moment never came is told."""
        adapters: Any = HTTPAdapter
        send, left = adapters.send, self.skip + 1

        def sends(adapter: Any, request: Any, **options: Any) -> Any:
            nonlocal left
            if re.search(self.asked, f"{request.method} {request.path_url}"):
                left -= 1
                if not left:
                    happen()
            return send(adapter, request, **options)

        adapters.send = sends
        try:
            yield
        finally:
            adapters.send = send
        assert left <= 0, f"{self} never came"


PASS_HAS_BEGUN = Moment("^GET /library/sections")
FIRST_LOOK = Moment(r"^GET /($|\?)")
TITLE_IS_READ = Moment("^GET /library/metadata/.*checkFiles")
VIEWERS_ARE_ASKED = Moment("^GET /api/servers/.*/shared_servers")
LAST_LOOK = Moment("^GET /status/sessions", skip=1)
