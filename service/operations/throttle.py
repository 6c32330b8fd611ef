"""Throttling of log-ins, in the database: all processes count together, and a refusal does not undo the count."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.login_throttle import (
    PER_ADDRESS,
    PER_USERNAME,
    ThrottleRule,
    Tries,
    counted,
    forgiven,
    network_of,
    wait,
)
from service.errors import TooManyRequests
from service.models import LoginThrottle


def subjects_of(address: str, username: str | None = None) -> dict[str, ThrottleRule]:
    """What an attempt is counted under; the name only as a hash, people type passwords into the wrong field."""
    subjects = {f"address:{network_of(address)}": PER_ADDRESS}
    if username is not None:
        subjects[f"user:{hashlib.sha256(username.encode()).hexdigest()}"] = PER_USERNAME
    return subjects


async def count_attempt(session: AsyncSession, subjects: Mapping[str, ThrottleRule]) -> None:
    """Counts an attempt before its outcome is known; TooManyRequests when one of the subjects has to wait."""
    rows, now = await locked(session, subjects)
    waits = [left for row in rows if (left := wait(tries_of(row), now))]
    if waits:
        raise TooManyRequests(headers={"Retry-After": str(ceil(max(waits).total_seconds()))})
    for row in rows:
        tell(row, counted(tries_of(row), now, subjects[row.subject]))
    await session.flush()


async def forgive(session: AsyncSession, subjects: Mapping[str, ThrottleRule]) -> None:
    """The attempt succeeded: the name starts afresh, the address gets this one attempt back."""
    rows, _ = await locked(session, subjects)
    for row in rows:
        if row.subject.startswith("user:"):
            await session.delete(row)
        else:
            tell(row, forgiven(tries_of(row) or Tries(0, row.last_at, None), subjects[row.subject]))
    await session.flush()
    await forget_old(session)


async def locked(session: AsyncSession, subjects: Mapping[str, ThrottleRule]) -> tuple[list[LoginThrottle], datetime]:
    """The subjects' rows, made where there are none, locked in one order; and the database's clock."""
    fresh: list[dict[str, Any]] = [
        {"subject": subject, "failures": 0, "last_at": func.clock_timestamp()} for subject in sorted(subjects)
    ]
    for values in fresh:
        await session.execute(insert(LoginThrottle).values(values).on_conflict_do_nothing())
    rows = await session.scalars(
        select(LoginThrottle)
        .where(LoginThrottle.subject == func.any(sorted(subjects)))
        .order_by(LoginThrottle.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    now = await session.scalar(select(func.clock_timestamp()))
    assert now is not None
    return list(rows), now


async def forget_old(session: AsyncSession) -> None:
    """Clears rows that no longer count, so that made-up names do not pile up."""
    horizon = func.clock_timestamp() - PER_USERNAME.forgotten_after
    old = select(LoginThrottle.subject).where(LoginThrottle.last_at < horizon).with_for_update(skip_locked=True)
    await session.execute(delete(LoginThrottle).where(LoginThrottle.subject.in_(old)))


def tries_of(row: LoginThrottle) -> Tries | None:
    """A row as the rule knows it; a fresh row stands for no attempt."""
    return Tries(row.failures, row.last_at, row.blocked_until) if row.failures else None


def tell(row: LoginThrottle, tries: Tries) -> None:
    """Writes attempts into their row."""
    row.failures, row.last_at, row.blocked_until = tries.failures, tries.last_at, tries.blocked_until
