"""The society that the policy's tests ask, made once a module."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from service.adapters.keys import Keys
from service.http.services import Services
from service.main import create_app
from service.migrations import schema_head
from service.settings import Settings
from tests.house import House, RolledBack
from tests.policy.society import Society


@pytest.fixture(scope="module")
async def society(
    shared: AsyncEngine, keys: Keys, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Society]:
    """Everybody and everything in a transaction that is rolled back at the end."""
    async with shared.connect() as connection:
        transaction = await connection.begin()
        state = tmp_path_factory.mktemp("state")
        services = Services.build(settings, RolledBack(connection), keys, state, schema_head())
        society = Society(House(services, create_app(services)))
        await society.settle()
        yield society
        await transaction.rollback()
