"""What would follow from a verdict on an appeal: hard rules in the way, what else would move, fairness."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.appealing import owners_after_appeal
from service.domain.distribution.eligibility import Failed
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.wording import failed_mapping
from service.models import Account
from service.queries.fairness import fairness_effect
from service.queries.snapshots import Scope, present_basis, read_snapshot


@dataclass(frozen=True)
class Move:
    """One account that changes hands."""

    account_id: UUID
    account_code: str
    from_id: UUID | None
    to_id: UUID | None


async def moves_beside(
    session: AsyncSession, account_id: UUID, holder_id: UUID, beneficiary_id: UUID | None, timezone: str
) -> list[Move]:
    """Which further accounts of the two people move once one gets the account, within the rulebook's budget.

    None where the account goes back to those that wait. `NotAllowed` where a hard rule forbids the beneficiary.
    """
    if beneficiary_id is None:
        return []
    connection = await session.connection()
    scope = Scope(staff_ids=(holder_id, beneficiary_id), account_id=account_id)
    snapshot = await read_snapshot(connection, await present_basis(connection, timezone, "appeal", scope))
    after = owners_after_appeal(Ledger.of(snapshot), str(account_id), str(beneficiary_id))
    people = {person.id for person in snapshot.people}
    moved = {
        one.id: one
        for one in snapshot.accounts
        if one.id != str(account_id) and one.owner in people and after.get(one.id) != one.owner
    }
    with_it = {other: moved[first] for first, *others in snapshot.groups if first in moved for other in others}
    codes = await codes_of(connection, [UUID(other) for other in with_it])
    return [
        Move(UUID(id_), codes.get(id_, one.code), as_id(one.owner), as_id(after.get(one.id)))
        for id_, one in (moved | with_it).items()
    ]


async def codes_of(connection: AsyncConnection, accounts: list[UUID]) -> dict[str, str]:
    """The codes of accounts that count as one with another."""
    if not accounts:
        return {}
    statement = select(Account.id, Account.code).where(Account.id == func.any(accounts))
    return {str(row.id): row.code for row in await connection.execute(statement)}


def as_id(text: str | None) -> UUID | None:
    """The id of a person, or nobody."""
    return UUID(text) if text else None


@dataclass(frozen=True)
class Foreseen:
    """What a verdict would do: who gets which account, the appealed one first, what else moves, what forbids it.

    `failed`: hard rules by account and person; `percent`: of a shared account.
    """

    given: Mapping[UUID, UUID | None]
    failed: Mapping[tuple[UUID, UUID | None], list[Failed]] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    percent: int | None = None


async def effect_of(
    session: AsyncSession, appeal: Any, remedy: str | None, foreseen: Foreseen, timezone: str
) -> Mapping[str, Any]:
    """The members of EffectView for a row of `open_appeal`."""
    binding = [
        {"account_id": account, "staff_id": person, **failed_mapping(one)}
        for (account, person), rules in foreseen.failed.items()
        for one in rules
    ]
    return {
        "appeal_id": appeal.id,
        "account_id": appeal.account_id,
        "holder_id": appeal.respondent_id,
        "beneficiary_id": appeal.beneficiary_id,
        "remedy": remedy,
        "hard_rules": binding,
        "moves": [vars(one) for one in foreseen.moves],
        "fairness": await fairness_effect(session, foreseen.given, timezone, percent=foreseen.percent),
    }
