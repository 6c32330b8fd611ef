"""What a tier scheme works on: each account's inputs, and the grade that it holds now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.tier_schemes import Scheme
from service.domain.tier_sheets import Missing, Reason, Subject, Value
from service.models import Account, AccountTier

VALUE = "potential_value_base"
# Every other input is a member of the account's `custom` object.
COLUMNS = {
    name: getattr(Account, name) for name in (VALUE, "intent", "kind", "industry", "region", "lifecycle", "watch")
}
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Standing:
    """All accounts as a scheme sees them, and the codes of the grades that they hold under its code."""

    subjects: Sequence[Subject]
    held: dict[UUID, str]


async def standing(connection: AsyncConnection, scheme: Scheme) -> Standing:
    """Every account that is not deleted, in one statement; a value without a rate says so."""
    names = input_names(scheme)
    subjects: list[Subject] = []
    held: dict[UUID, str] = {}
    async with connection.stream(statement(scheme.code, names)) as result:
        async for rows in result.partitions(BATCH):
            subjects += [subject(names, row) for row in rows]
            held |= {row.id: row.held for row in rows if row.held is not None}
    return Standing(subjects, held)


def input_names(scheme: Scheme) -> list[str]:
    """The inputs that a scheme reads."""
    return [scheme.measure] if scheme.measure else sorted({criterion.input for criterion in scheme.criteria})


def statement(code: str, names: Sequence[str]) -> Select[Any]:
    """Accounts with their inputs in the order of the names."""
    inputs = (COLUMNS[name] if name in COLUMNS else Account.custom[name] for name in names)
    rate_missing = and_(Account.potential_value.is_not(None), Account.potential_value_base.is_(None))
    current = and_(
        AccountTier.account_id == Account.id, AccountTier.scheme_code == code, AccountTier.ended_at.is_(None)
    )
    return (
        select(
            Account.id,
            AccountTier.tier.label("held"),
            rate_missing.label("rate_missing"),
            *(column.label(f"input_{position}") for position, column in enumerate(inputs)),
        )
        .outerjoin(AccountTier, current)
        .where(Account.deleted_at.is_(None))
        .order_by(Account.id)
    )


def subject(names: Sequence[str], row: Row[Any]) -> Subject:
    """One account with its inputs by name."""
    values: dict[str, Value] = dict(zip(names, row[3:], strict=True))
    if row.rate_missing and VALUE in values:
        values[VALUE] = Missing(Reason.MISSING_RATE)
    return Subject(row.id, values)
