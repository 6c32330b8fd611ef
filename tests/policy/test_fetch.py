"""Finding is authorising: the row that an action changes is locked for it, and as others left it."""

from sqlalchemy import update

from service.models import Account
from service.operations import memberships
from service.policy import Actor, fetch
from tests.house import House


async def test_a_row_that_is_fetched_is_as_others_left_it_and_may_be_referred_to_meanwhile(
    committed_house: House,
) -> None:
    steward, database = await committed_house.person("data_steward"), committed_house.services.database
    account_id = await committed_house.account()
    actor = Actor("staff", steward.id, "张伟", roles=frozenset({"data_steward"}))
    async with database.transaction(steward.id) as session:
        known = await session.get_one(Account, account_id)
        assert known.region == "华东"
        async with database.transaction() as other:
            await other.execute(update(Account).where(Account.id == account_id).values(region="华南"))
        assert await fetch(session, actor, "edit", Account, account_id) is known
        assert known.region == "华南"
        async with database.transaction() as other:
            await memberships.join(other, [(account_id, steward.id)], "member")
