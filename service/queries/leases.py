"""For how long somebody may go on reading an item, asked anew each time: roles, class, loan, delegation and clock."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, extract, func, select

from service.database import Database
from service.models import ArchiveItem, Loan
from service.policy import Actor, allowed
from service.policy.archive_tables import open_now
from service.queries.actors import staff_actor

FOR_EVER = timedelta(days=1).total_seconds()  # nothing is read for longer
Right = Callable[[Actor], ColumnElement[bool]]


async def seconds_left(database: Database, person_id: UUID, item_id: UUID, right: Right) -> float:
    """0 when the person may not read the item any more, else the seconds until their loan of it ends, a day without.

    `right` tells for the person as they stand now which items they may read.
    """
    async with database.transaction(person_id) as session:
        actor = await staff_actor(await session.connection(), person_id)
        if actor is None:
            return 0.0
        ends = select(func.max(Loan.expires_at)).where(
            Loan.item_id == item_id, Loan.borrower_id == person_id, open_now(Loan)
        )
        left = extract("epoch", ends.scalar_subquery() - func.clock_timestamp())
        statement = select(left).where(ArchiveItem.id == item_id, allowed(actor, "see", ArchiveItem), right(actor))
        row = (await session.execute(statement)).one_or_none()
    if row is None:
        return 0.0
    return FOR_EVER if row[0] is None else float(row[0])
