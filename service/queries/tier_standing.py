"""How an account is graded in a scheme, and which grades are as high."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.states import VersionState
from service.domain.tier_schemes import read_scheme
from service.models import AccountTier, TierScheme


async def tier_of(connection: AsyncConnection, account_id: UUID, scheme_code: str | None) -> str | None:
    """The account's present tier in a scheme."""
    statement = select(AccountTier.tier).where(
        AccountTier.account_id == account_id, AccountTier.scheme_code == scheme_code, AccountTier.ended_at.is_(None)
    )
    return await connection.scalar(statement)


async def tiers_from(connection: AsyncConnection, scheme_code: str, tier: str) -> list[str]:
    """The tiers of the published scheme from the highest down to one; that one alone where it is not in there."""
    statement = select(TierScheme.definition).where(
        TierScheme.code == scheme_code, TierScheme.state == VersionState.PUBLISHED
    )
    definition = await connection.scalar(statement)
    codes = [one.code for one in read_scheme(definition).tiers] if definition else []
    return codes[: codes.index(tier) + 1] if tier in codes else [tier]
