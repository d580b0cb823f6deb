import logging
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.campaigns.stage import Stage, stage


@pytest.fixture(scope="module")
def on(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    """A stage with what is to be shelved there, set up once; whoever plays on it leaves it as before."""
    with django_db_blocker.unblock(), transaction.atomic():
        with stage(request.param) as on:
            yield on
        transaction.set_rollback(True)


@pytest.fixture
def silence() -> Iterator[None]:
    """Nobody reads some thousand lines of a log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
