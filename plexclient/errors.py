"""What can go wrong between Plaxe and Plex. Every message is meant for the admin and holds no secret."""

# ruff: noqa: N818  # the names say what is the matter; "Error" would add nothing


class PlexError(Exception):
    def __init__(self, message: str, *, status: int | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code  # plex.tv's own number for the error, where it gave one


class Unreachable(PlexError):
    """No answer: whether the request took effect is unknown."""


class Unauthorized(PlexError):
    """The token is missing, wrong or revoked."""


class Forbidden(PlexError):
    """The token is good but does not allow this."""


class NotFound(PlexError):
    """Plex says that there is no such thing."""


class RateLimited(PlexError):
    def __init__(self, message: str, *, retry_after: float | None = None, code: int | None = None) -> None:
        super().__init__(message, status=429, code=code)
        self.retry_after = retry_after


class BadResponse(PlexError):
    """An answer that means nothing to Plaxe: unexpected status, web page, cut-off or senseless data."""


class Moved(BadResponse):
    """It is somewhere else. Where to may hold a secret, and is not in the message."""

    def __init__(self, message: str, *, status: int, location: str) -> None:
        super().__init__(message, status=status)
        self.location = location
