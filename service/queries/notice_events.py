"""What the evidence holds to tell people: sealed entries in their order, without those of which nobody is told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.notices import ADDRESSEES
from service.models import AuditEntry, AuditLeaf

AT_ONCE = 200  # as long as a transaction writes, nothing that began after it is sealed
LOOKED_AT = 20_000
"""Leaves that are looked through at once; a plan that moves an account in each is passed over in seconds."""
ENTRY = (
    AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_type,
    AuditEntry.subject_id, AuditEntry.account_id, AuditEntry.data,
)  # fmt: skip
# what a plan or an import gives is told once for all of it, tasks that came with an account are told with the account
GIVEN_TOGETHER = and_(
    AuditEntry.subject_type == "assignment",
    func.coalesce(AuditEntry.data["plan_id"].as_string(), AuditEntry.data["import_id"].as_string()).is_not(None),
)
CAME_WITH = and_(AuditEntry.subject_type == "task", AuditEntry.data["came_with"].as_string().is_not(None))
TELLING = and_(AuditEntry.action.in_(sorted(ADDRESSEES)), ~GIVEN_TOGETHER, ~CAME_WITH)


async def next_events(connection: AsyncConnection, first: int) -> tuple[Sequence[Any], int]:
    """The next entries from a leaf on of which somebody is told, and the leaf with which to go on."""
    sealed = select(func.max(AuditLeaf.index)).where(AuditLeaf.index < first + LOOKED_AT)
    last = await connection.scalar(sealed)
    if last is None or last < first:
        return [], first
    found = (
        select(AuditLeaf.index.label("leaf"), *ENTRY)
        .join(AuditEntry, AuditEntry.position == AuditLeaf.position)
        .where(AuditLeaf.index.between(first, last), TELLING)
        .order_by(AuditLeaf.index)
        .limit(AT_ONCE)
    )
    entries = (await connection.execute(found)).all()
    return entries, (entries[-1].leaf if len(entries) == AT_ONCE else last) + 1
