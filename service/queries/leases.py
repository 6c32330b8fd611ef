"""For how long somebody may go on reading an item, asked anew each time: roles, class, loan, delegation and clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, extract, func, or_, select

from service.database import Database
from service.models import ArchiveItem, Loan
from service.policy import Actor, allowed
from service.policy.archive_tables import open_now
from service.queries.actors import staff_actor

FOR_EVER = timedelta(days=1).total_seconds()  # nothing is read for longer


@dataclass(frozen=True, slots=True)
class Right:
    """The items that somebody may read for as long as they like, and those that they may read at all."""

    for_good: ColumnElement[bool]
    at_all: ColumnElement[bool]


async def seconds_left(database: Database, person_id: UUID, item_id: UUID, right_of: Callable[[Actor], Right]) -> float:
    """0 when the person may not read the item any more, else the seconds until their loan of it ends, a day without.

    A loan limits nobody who needs none.
    """
    async with database.transaction(person_id) as session:
        actor = await staff_actor(await session.connection(), person_id)
        if actor is None:
            return 0.0
        right = right_of(actor)
        loans = (Loan.item_id == item_id, Loan.borrower_id == person_id, open_now(Loan))
        ends = select(func.max(Loan.expires_at)).where(*loans).scalar_subquery()
        left = extract("epoch", ends - func.clock_timestamp())
        statement = select(right.for_good.label("for_good"), left.label("left")).where(
            ArchiveItem.id == item_id, allowed(actor, "see", ArchiveItem), or_(right.for_good, right.at_all)
        )
        row = (await session.execute(statement)).one_or_none()
    if row is None:
        return 0.0
    return FOR_EVER if row.for_good or row.left is None else float(row.left)
