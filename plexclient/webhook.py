"""The envelope that Plex posts to a webhook. Nobody signs it: it says where to look, and no more."""

import msgspec

from plexclient.types.events import WebhookEvent
from plexclient.types.wire import NOT_JSON, read


def parse(payload: bytes) -> WebhookEvent:
    """Raises ValueError, in words, for whatever is not such an envelope."""
    try:
        raw = msgspec.json.decode(payload)
    except NOT_JSON:
        raise ValueError("The payload is not JSON.") from None
    if not isinstance(raw, dict):
        raise ValueError("The payload is not an object.")  # noqa: TRY004 -- one error for all that is wrong with it
    try:
        return read(raw, WebhookEvent)
    except msgspec.ValidationError as problem:
        raise ValueError(f"The payload is not what Plex sends: {problem}.") from None
