"""Verifying what decides distribution: by the line or a steward, never by the owner or the proposer alone."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import VerificationByOwner
from service.journal import record
from service.models import Account, Assignment
from service.operations.account_changes import change, restored, resulting
from service.operations.versions import Versions, expect
from service.policy import Actor, allowed, fetch


async def verify_account(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    version: Versions,
    *,
    accept: bool,
    reason: str | None,
    base_currency: str,
) -> Account:
    """Decides on proposed values, or confirms the present ones; never the owner or the proposer alone."""
    account = await fetch(session, actor, "verify", Account, account_id)
    expect(account, version)
    proposed = account.proposed or {}
    if await owns(session, actor, account_id) or str(actor.id) in proposed.get("by", ()):
        raise VerificationByOwner
    account.proposed = None
    if not accept:
        account.version += 1
        data = {"fields": proposed.get("fields", {}), "reason": reason}
        await record(session, actor, events.AccountDisproved(account.id, account.id, data))
        return account
    account.verified_at, account.verified_by = datetime.now(UTC), actor.id
    fields = resulting(account, restored(proposed.get("fields", {})))
    await change(session, actor, account, fields, base_currency)
    account.version += 1
    await record(session, actor, events.AccountVerified(account.id, account.id, {"reason": reason}))
    return account


async def may_verify(session: AsyncSession, actor: Actor, account_id: UUID) -> bool:
    """True for a steward or the line, unless they own the account."""
    statement = select(Account.id).where(Account.id == account_id, allowed(actor, "verify", Account))
    return await session.scalar(statement) is not None and not await owns(session, actor, account_id)


async def owns(session: AsyncSession, actor: Actor, account_id: UUID) -> bool:
    """True for the person who is responsible for the account now."""
    return actor.id is not None and await current_owner(session, account_id) == actor.id


async def current_owner(session: AsyncSession, account_id: UUID) -> UUID | None:
    """Who is responsible for an account now."""
    return await session.scalar(
        select(Assignment.staff_id).where(
            Assignment.account_id == account_id, Assignment.team_role == "owner", Assignment.ended_at.is_(None)
        )
    )
