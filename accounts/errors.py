"""Refusals: what a person asked for cannot be done, and why, in words meant for that person."""

from accounts.wording import say, told


class Refused(Exception):  # noqa: N818 -- an answer to a person, not a defect
    """Its text is shown as it is, in a page, on the command line or in JSON; it never holds a secret.

    Where a page can show it, it is a sentence, and said in the reader's language.
    """

    def __str__(self) -> str:
        return say(told(self))


class Busy(Refused):
    """Another run of the same job holds the lease; nothing is lost, that run does the work."""
