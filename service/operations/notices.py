"""Notices: told once to each person whom an event concerns, in the order of the evidence, and marked as read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, NoResultFound, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import act_as, keep_archive, sqlstate
from service.domain import events
from service.domain.notices import ADDRESSEES, WITHOUT_SUBJECT, Facts
from service.journal import record
from service.models import Follower, Notice, new_id
from service.policy import Actor, fetch
from service.queries.actors import staff_actor
from service.queries.notice_events import next_events
from service.queries.notice_facts import facts_of
from service.queries.notice_parties import PARTIES
from service.queries.notices import visible

log = structlog.get_logger("evenhand.notices")

FOLLOWER = "notices"
# What somebody must be able to do to be told as one of these; everybody else must be able to see it.
ACTIONS = {"approvers": "approve", "confirmers": "approve", "deciders": "decide"}
LINKS = {
    "membership": "/v1/accounts/{account_id}/team",
    "plan_moved": "/v1/me/decisions?plan_id={subject_id}",
    "import_gave": "/v1/accounts",
    "fairness_drifted": "/v1/fairness",
    "archive_item": "/v1/archives/{subject_id}",
    "distribution_plan": "/v1/distribution-plans/{subject_id}",
    "tier_evaluation": "/v1/tier-evaluations/{subject_id}",
    "role_grant": "/v1/role-grants/{subject_id}",
    "reading_session": "/v1/reading-sessions/{subject_id}",
}
SAME_SUBJECT = {"rule": "rulebook"}
PART_OF = {"archive_version": ("archive_item", "item_id")}
PASSING = frozenset({"08", "40", "53", "55", "57", "58"})  # classes of SQLSTATE: the database's own trouble
TIMED_OUT = "57014"  # of class 57, but the event's own: a statement about it takes too long
TRIES = 3
PATIENCE_MS = 60_000  # for each statement: as long as a transaction writes, nothing that began after it is sealed


@dataclass(frozen=True)
class Teller:
    """Tells of events in one transaction; `mailing`: whether what is told goes out by mail too."""

    session: AsyncSession
    timezone: str
    mailing: bool
    actors: dict[UUID, Actor | None] = field(default_factory=dict)

    async def tell(self, entry: Any) -> int:
        """Tells everybody whom an event concerns; how many had not been told."""
        told, addressees = 0, await self.addressees(entry)
        facts = await facts_of(await self.session.connection(), entry, self.timezone) if addressees else {}
        for person, (party, kind, more) in addressees.items():
            if await self.may_know(person, entry, party, kind):
                told += await self.enter(person, entry, kind, facts | more)
        return told

    async def addressees(self, entry: Any) -> dict[UUID, tuple[str, str, dict[str, Any]]]:
        """Who is told as whom, and in which kind of notice; whoever acted knows already."""
        await keep_archive(self.session)
        connection = await self.session.connection()
        found: dict[UUID, tuple[str, str, dict[str, Any]]] = {}
        for party, kind in ADDRESSEES[entry.action].items():
            for person, more in (await PARTIES[entry.subject_type, party](connection, entry)).items():
                found.setdefault(person, (party, kind, more))
        found.pop(entry.actor_id, None)
        return found

    async def may_know(self, person: UUID, entry: Any, party: str, kind: str) -> bool:
        """Whether somebody works here and may see what they would be told of."""
        connection = await self.session.connection()
        if person not in self.actors:
            self.actors[person] = await staff_actor(connection, person)
        actor = self.actors[person]
        if actor is None or kind in WITHOUT_SUBJECT:
            return actor is not None
        await act_as(self.session, person, self.session.info["request_id"])
        return bool(await visible(connection, actor, [subject_of(entry)], ACTIONS.get(party, "see")))

    async def enter(self, person: UUID, entry: Any, kind: str, facts: Facts) -> int:
        """The notice, unless there is one of this event already."""
        subject = (None, None) if kind in WITHOUT_SUBJECT else subject_of(entry)
        link = link_of(entry, kind)
        values = {
            "id": new_id(),
            "staff_id": person,
            "event_id": entry.id,
            "at": entry.at,
            "kind": kind,
            "subject_type": subject[0],
            "subject_id": subject[1],
            "link": link,
            "facts": facts | {"link": link},
            "mail_state": "pending" if self.mailing else None,
            "mail_due_at": datetime.now(UTC) if self.mailing else None,
        }
        entered = insert(Notice).values(values).on_conflict_do_nothing().returning(Notice.id)
        return int(await self.session.scalar(entered) is not None)


async def follow(session: AsyncSession, timezone: str, *, mailing: bool) -> int:
    """Tells of what was sealed since the last time, in its order; how many notices that made, 0 while another follows.

    How far it came is kept in the same transaction, so nothing is left out and nothing told twice.
    """
    cursor = await session.get(Follower, FOLLOWER, with_for_update={"skip_locked": True})
    if cursor is None:
        return 0
    await session.execute(select(func.set_config("statement_timeout", str(PATIENCE_MS), True)))
    entries, beyond = await next_events(await session.connection(), cursor.next_index)
    teller = Teller(session, timezone, mailing)
    told = sum([await safely(teller, entry) for entry in entries])
    cursor.next_index = beyond
    return told


async def safely(teller: Teller, entry: Any) -> int:
    """Tells of one event; one of which nothing can be told, or not in time, does not keep the later ones waiting."""
    failure: Exception | None = None
    for _ in range(TRIES):
        try:
            async with teller.session.begin_nested():
                return await teller.tell(entry)
        except (LookupError, TypeError, ValueError, NoResultFound, StatementError) as error:
            if passes(error):
                raise
            failure = error
            if sqlstate(error) != TIMED_OUT:
                break
    log.error("not told", entry=str(entry.id), action=entry.action, exc_info=failure)
    return 0


def passes(error: Exception) -> bool:
    """Whether the database was in trouble of its own, so that the same may be told the next time."""
    if not isinstance(error, DBAPIError) or sqlstate(error) == TIMED_OUT:
        return False
    return error.connection_invalidated or sqlstate(error)[:2] in PASSING


async def read_notice(session: AsyncSession, actor: Actor, notice_id: UUID) -> None:
    """Notes that its reader has read a notice; the first time counts."""
    notice = await fetch(session, actor, "read", Notice, notice_id)
    if notice.read_at is None:
        notice.read_at = datetime.now(UTC)
        notice.version += 1
        await record(session, actor, events.NoticeRead(notice.id))


def subject_of(entry: Any) -> tuple[str, UUID]:
    """What an event is about, by the name of the resource; of a part the whole."""
    if entry.subject_type in PART_OF:
        whole, name = PART_OF[entry.subject_type]
        return whole, UUID(entry.data[name])
    return SAME_SUBJECT.get(entry.subject_type, entry.subject_type), entry.subject_id


def link_of(entry: Any, kind: str) -> str | None:
    """Where its reader looks; nowhere where there is nothing to be seen."""
    name, id_ = subject_of(entry)
    usual = None if kind in WITHOUT_SUBJECT else LINKS.get(name, f"/v1/{name}s/{{subject_id}}")
    address = LINKS.get(kind, usual)
    return address and address.format(subject_id=id_, account_id=entry.account_id)
