from collections.abc import Iterator
from datetime import datetime

import pytest
import responses

from accounts.models import PlexServer
from media.models import LibrarySection
from tests import factories
from tests.media.fake_plex import FakePlex


@pytest.fixture
def plex() -> Iterator[FakePlex]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield FakePlex(mock)


@pytest.fixture
def server(db: None) -> PlexServer:
    return factories.server(url=FakePlex.url)


@pytest.fixture
def films(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, kind="movie", title="Films")


@pytest.fixture
def series(server: PlexServer) -> LibrarySection:
    return factories.section(on=server, kind="show", title="Series")


@pytest.fixture
def now() -> datetime:
    return factories.NOW
