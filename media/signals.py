"""Announcements for the rungs above. Nothing may depend on them: whoever listens also looks by itself."""

from django.dispatch import Signal

plays_recorded = Signal()  # server: PlexServer; new or later views of known leaves were stored
protected = Signal()  # server: PlexServer; something was protected by no one who sits before a page
