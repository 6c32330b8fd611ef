"""What would follow from each verdict on an open appeal, shown before anybody decides; nothing is changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.errors import FieldError, InvalidInput, Sentence
from service.models import Account
from service.operations.appeal_reassignment import binding_rules
from service.operations.appeal_remedies import expect_theirs, forbidden, named
from service.queries.appeal_effects import Foreseen, Move, effect_of, moves_beside
from service.schemas.appeal_views import EffectQuery
from service.schemas.appeals import RemedyKind

NEEDED = Sentence("This remedy needs it, and no other does.", "仅该处理方式须且必须提供此参数。")


async def effect_if(connection: AsyncConnection, appeal: Any, asked: EffectQuery, timezone: str) -> Mapping[str, Any]:
    """The members of EffectView for a row of `open_appeal` and the verdict that is asked about."""
    expect_fitting(asked)
    async with AsyncSession(connection) as session:
        foreseen = await foresee(session, appeal, asked, timezone)
        return await effect_of(session, appeal, asked.remedy and str(asked.remedy), foreseen, timezone)


def expect_fitting(asked: EffectQuery) -> None:
    """InvalidInput where a parameter lacks its remedy, or a remedy its parameter."""
    uses = (("percent", asked.percent, RemedyKind.SHARE), ("account_id", asked.account_id, RemedyKind.SWAP))
    errors = [
        FieldError("does_not_fit_remedy", NEEDED, parameter=name)
        for name, value, remedy in uses
        if (value is not None) != (asked.remedy is remedy)
    ]
    if errors:
        raise InvalidInput(errors=errors)


async def foresee(session: AsyncSession, appeal: Any, asked: EffectQuery, timezone: str) -> Foreseen:
    """What the verdict would do."""
    if asked.remedy is RemedyKind.COMPENSATE:
        return Foreseen({appeal.account_id: appeal.respondent_id})
    if asked.remedy is RemedyKind.SWAP:
        return await swapped(session, appeal, asked, timezone)
    beneficiary = named(appeal) if asked.remedy else appeal.beneficiary_id
    rules = await binding_rules(session, appeal.account_id, beneficiary, timezone)
    failed, given = {(appeal.account_id, beneficiary): rules}, {appeal.account_id: beneficiary}
    if asked.remedy or rules:
        return Foreseen(given, failed, percent=asked.percent)
    moves = await moves_beside(session, appeal.account_id, appeal.respondent_id, beneficiary, timezone)
    return Foreseen(given | {one.account_id: one.to_id for one in moves}, failed, moves)


async def swapped(session: AsyncSession, appeal: Any, asked: EffectQuery, timezone: str) -> Foreseen:
    """The account for another one of the beneficiary's."""
    beneficiary, other = named(appeal), asked.account_id
    assert other is not None
    await expect_theirs(session, other, beneficiary, parameter="account_id")
    given = {appeal.account_id: beneficiary, other: appeal.respondent_id}
    failed: dict[Any, list[Any]] = {}
    for account, rule in await forbidden(session, appeal, other, beneficiary, timezone):
        failed.setdefault((account, given[account]), []).append(rule)
    code = str(await session.scalar(select(Account.code).where(Account.id == other)))
    return Foreseen(given, failed, [Move(other, code, beneficiary, appeal.respondent_id)])
