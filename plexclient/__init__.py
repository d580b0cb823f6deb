"""Speaks Plex over HTTP and hands out typed values; knows nothing of Django.

``plexclient.cloud.PlexCloud`` talks to plex.tv, ``plexclient.server.PlexMediaServer`` to one server.
Everything that can go wrong is a ``plexclient.errors.PlexError``.
"""
