"""Whom the rows of an import give work to: people who work here, and only for accounts that they see."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.states import StaffStatus
from service.models import Account, Staff
from service.operations.accounts import originators
from service.operations.import_subjects import Subject, among
from service.policy import Actor, allowed, holds
from service.policy.rules import alive
from service.queries.actors import staff_actor

SIGHT = "see_timeline"


@dataclass(frozen=True, slots=True)
class Assignee:
    """A person whom rows name, and the accounts among those of the rows that they see."""

    actor: Actor
    seen: frozenset[UUID]

    def sees(self, subject: Subject, importer: Actor) -> bool:
        """Whether they see an account; one that the file brings is seen by role, or as the importer's line."""
        if not subject.is_new:
            return subject.id in self.seen
        team = {holder["holder_id"] for holder in originators(importer, subject.id)}
        return holds(self.actor, SIGHT, Account) or not team.isdisjoint(self.actor.principals)


async def find_assignees(
    session: AsyncSession, words: Collection[str], account_ids: Collection[UUID]
) -> dict[str, Assignee]:
    """The people that names or staff codes stand for; a name that several bear stands for nobody."""
    found: dict[str, Assignee] = {}
    for word, staff_id in (await find_staff(session, words)).items():
        actor = await staff_actor(await session.connection(), staff_id)
        if actor:
            seen = select(Account.id).where(among(Account.id, account_ids), allowed(actor, SIGHT, Account))
            found[word] = Assignee(actor, frozenset(await session.scalars(seen)))
    return found


async def find_staff(session: AsyncSession, words: Collection[str]) -> dict[str, UUID]:
    """The people that names or staff codes stand for; a name that several bear stands for nobody."""
    if not words:
        return {}
    statement = select(Staff.id, Staff.code, Staff.name).where(
        among(Staff.code, words) | among(Staff.name, words), alive(Staff), Staff.status != StaffStatus.LEFT
    )
    by_name: dict[str, set[UUID]] = defaultdict(set)
    by_code: dict[str, UUID] = {}
    for id_, code, name in await session.execute(statement):
        by_name[name].add(id_)
        by_code[code] = id_
    alone = {name: next(iter(ids)) for name, ids in by_name.items() if len(ids) == 1}
    return {word: id_ for word, id_ in (alone | by_code).items() if word in words}
