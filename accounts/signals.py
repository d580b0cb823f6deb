"""Announcements for the rungs above. Nothing may depend on them: whoever listens also looks by itself."""

from django.dispatch import Signal

server_taken = Signal()  # server: PlexServer; somebody has just chosen it and waits to see it
viewers_synced = Signal()  # server: PlexServer; who may watch there was read anew
