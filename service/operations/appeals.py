"""What a user can do with appeals before anybody hears them: file one, withdraw it."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import (
    AssignmentFacts,
    Concern,
    EvidenceKind,
    concern,
    decision_due_at,
    filing_closes_at,
)
from service.domain.calendar import BusinessCalendar
from service.domain.distribution.wording import filled
from service.domain.states import APPEAL_TRANSITIONS, AppealState
from service.errors import (
    AssignmentEnded,
    FieldError,
    FilingWindowClosed,
    InvalidInput,
    NotFound,
    NotYoursToAppeal,
    Sentence,
)
from service.journal import record
from service.models import Account, Appeal, ArchiveItem, Assignment, Decision, Department, Interaction, Staff, new_id
from service.operations.appeal_mediations import call_off
from service.operations.appeal_reviews import draw
from service.policy import Actor, allowed, fetch
from service.policy.tables import departments_below
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.candidates import Candidates, candidates_of
from service.schemas.appeals import AppealCreate, Evidence
from service.schemas.fields import utc

DRAW_KEY_BYTES = 32
EXCLUDED = Sentence(
    "A hard rule excludes you from this account; its explanation names the rule. Where the data behind it are wrong, "
    "ask {manager}: the administrator corrects what is on record for you, the line or a data steward what is on record "
    "for the account, and the next decision counts it. Where the rule is wrong, say so in your team's next review.",
    "硬性规则将您排除在该客户之外，规则见该分配的说明。如所依据的数据有误，请联系{manager}：您的资料由管理员更正，"
    "客户资料由客户所属管理线或数据管理员更正，下次分配即以更正后的数据为准。如规则不当，请在本团队的下一次定期审核中提出意见。",
)
ANY_MANAGER = Sentence("the manager of your department", "您的部门经理")


@dataclass(frozen=True)
class Case:
    """Whose appeal it is, how the assignment concerns them, and whom else."""

    appellant_id: UUID
    concern: Concern
    candidates: Candidates


async def file_appeal(session: AsyncSession, actor: Actor, wanted: AppealCreate, timezone: str) -> Appeal:
    """Files an appeal and draws who will hear it; with nobody independent left it waits for an appointment."""
    case = await standing(session, actor, wanted, timezone)
    await hold(session, case.candidates.account_id)
    connection, now = await session.connection(), datetime.now(UTC)
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    closes_at = filing_closes_at(case.candidates.noticed_at, settings, calendar)
    await refuse_late(session, wanted.assignment_id, calendar, closes_at, now)
    appeal = Appeal(
        id=new_id(),
        state=AppealState.SUBMITTED,
        instance=1,
        draw_key=secrets.token_bytes(DRAW_KEY_BYTES),
        received_at=now,
        decide_by=decision_due_at(now, settings, calendar),
        **await particulars(session, actor, wanted, case),
    )
    session.add(appeal)
    session.info["made"] = appeal
    await session.flush()
    await draw(session, appeal)
    acting = replace(actor, on_behalf_of=case.appellant_id if case.appellant_id != actor.id else None)
    await record(session, acting, events.AppealFiled(appeal.id, appeal.account_id, {"instance": 1}))
    return appeal


async def standing(session: AsyncSession, actor: Actor, wanted: AppealCreate, timezone: str) -> Case:
    """Whose case it is; 403 for whom the assignment does not concern, 404 for whoever may not know of it."""
    if actor.kind != "staff" or actor.id is None:
        raise NotFound
    found = await candidates_of(session, wanted.assignment_id, timezone)
    facts = AssignmentFacts(found.assigned_id, found.previous_id, found.eligible_ids)
    people = await managed(session, actor, facts)
    own = concern(actor.id, people, facts)
    appellant = wanted.on_behalf_of or actor.id
    if own is None and not await may_know(session, actor, wanted.assignment_id, found):
        raise NotFound
    if appellant == actor.id and own is Concern.MANAGER:
        sentence = Sentence("Name the person of yours for whom you file.", "请注明您代表哪位下属提出申诉。")
        raise InvalidInput(errors=[FieldError("missing", sentence, pointer="/on_behalf_of")])
    theirs = concern(appellant, frozenset(), facts)
    if theirs is None or (appellant != actor.id and appellant not in people):
        raise NotYoursToAppeal(await way_out(session, actor.id) if actor.id in found.excluded_ids else None)
    return Case(appellant, theirs, found)


async def way_out(session: AsyncSession, staff_id: UUID) -> Sentence:
    """Whom somebody asks whom a hard rule excludes."""
    leads = select(Department.manager_id).join(Staff, Staff.department_id == Department.id).where(Staff.id == staff_id)
    code = await session.scalar(select(Staff.code).where(Staff.id == leads.scalar_subquery(), Staff.id != staff_id))
    return filled(EXCLUDED, manager=Sentence(f"your manager {code}", f"您的经理 {code}") if code else ANY_MANAGER)


async def managed(session: AsyncSession, actor: Actor, facts: AssignmentFacts) -> frozenset[UUID]:
    """Whom of those concerned the actor leads."""
    concerned = {person for person in (*facts.eligible_ids, facts.assigned_id, facts.previous_id) if person}
    statement = select(Staff.id).where(
        Staff.id.in_(concerned - {actor.id}), Staff.department_id.in_(departments_below(actor))
    )
    return frozenset(await session.scalars(statement))


async def may_know(session: AsyncSession, actor: Actor, assignment_id: UUID, found: Candidates) -> bool:
    """Whether the assignment exists for somebody whom it does not concern."""
    statement = select(Assignment.id).where(Assignment.id == assignment_id, allowed(actor, "see", Assignment))
    return actor.id in found.excluded_ids or await session.scalar(statement) is not None


async def hold(session: AsyncSession, account_id: UUID) -> None:
    """Locks the account as every reassignment does, so that an appeal comes before one or after it."""
    await session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


async def refuse_late(
    session: AsyncSession, assignment_id: UUID, calendar: BusinessCalendar, closes_at: datetime, now: datetime
) -> None:
    """409 when the assignment has ended, or its filing window has closed."""
    if await session.scalar(select(Assignment.ended_at).where(Assignment.id == assignment_id)) is not None:
        raise AssignmentEnded
    if now > closes_at:
        day = calendar.business_date(closes_at)
        raise FilingWindowClosed(Sentence(f"The filing window closed on {day}.", f"申诉期限已于 {day} 截止。"))


async def particulars(session: AsyncSession, actor: Actor, wanted: AppealCreate, case: Case) -> dict[str, Any]:
    """Who is concerned, and what is said."""
    return {
        "assignment_id": wanted.assignment_id,
        "account_id": case.candidates.account_id,
        "appellant_id": case.appellant_id,
        "filed_by_id": actor.id,
        "respondent_id": case.candidates.assigned_id,
        "beneficiary_id": await beneficiary(session, wanted.assignment_id, case),
        "grounds": [str(ground) for ground in wanted.grounds],
        "rule": wanted.rule and str(wanted.rule),
        "statement": wanted.statement,
        "evidence": await testimony(session, actor, wanted.evidence),
    }


async def beneficiary(session: AsyncSession, assignment_id: UUID, case: Case) -> UUID | None:
    """Who gets the account if the appeal is upheld: the appellant, unless they have it and want to be rid of it.

    Then it is the rule's next; where no rule was asked, the person before; without one, it waits.
    """
    if case.concern is not Concern.ASSIGNED:
        return case.appellant_id
    behind = select(Decision.runner_up_id).join(Assignment, Assignment.decision_id == Decision.id)
    return await session.scalar(behind.where(Assignment.id == assignment_id)) or case.candidates.previous_id


async def testimony(session: AsyncSession, actor: Actor, wanted: list[Evidence]) -> list[dict[str, Any]]:
    """The records as they stand now; each must be one that the actor may see."""
    known = await interactions(session, actor, wanted) | await archive_items(session, actor, wanted)
    sentence = Sentence("There is no such record.", "没有该记录。")
    missing = [
        FieldError("not_found", sentence, pointer=f"/evidence/{at}/id")
        for at, one in enumerate(wanted)
        if (one.kind, one.id) not in known
    ]
    if missing:
        raise InvalidInput(errors=missing)
    return [{"kind": str(one.kind), "id": str(one.id), **known[one.kind, one.id]} for one in wanted]


Known = dict[tuple[EvidenceKind, UUID], dict[str, Any]]


async def interactions(session: AsyncSession, actor: Actor, wanted: list[Evidence]) -> Known:
    """Those among the records that are interactions which the actor may see, and what is kept of them."""
    kind = EvidenceKind.INTERACTION
    statement = select(Interaction.id, Interaction.subject, Interaction.starts_at).where(
        Interaction.id.in_([one.id for one in wanted if one.kind is kind]), allowed(actor, "see", Interaction)
    )
    rows = await session.execute(statement)
    return {(kind, row.id): {"subject": row.subject, "at": utc(row.starts_at)} for row in rows}


async def archive_items(session: AsyncSession, actor: Actor, wanted: list[Evidence]) -> Known:
    """The same of items of the archive: of these nothing is kept, an appeal is read by others than the item."""
    kind = EvidenceKind.ARCHIVE_ITEM
    statement = select(ArchiveItem.id).where(
        ArchiveItem.id.in_([one.id for one in wanted if one.kind is kind]), allowed(actor, "see", ArchiveItem)
    )
    return {(kind, id_): {"subject": None, "at": None} for id_ in await session.scalars(statement)}


async def withdraw_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID, reason: str | None) -> Appeal:
    """Ends an appeal at the wish of whoever filed it."""
    appeal = await fetch(session, actor, "withdraw", Appeal, appeal_id)
    session.info["made"] = appeal
    await withdraw(session, actor, appeal, reason)
    return appeal


async def withdraw(session: AsyncSession, actor: Actor, appeal: Appeal, reason: str | None) -> None:
    """The appeal, which is locked, is heard no further."""
    APPEAL_TRANSITIONS.check(AppealState(appeal.state), AppealState.WITHDRAWN)
    if appeal.state == AppealState.MEDIATION:
        await call_off(session, appeal)
    appeal.state = AppealState.WITHDRAWN
    appeal.version += 1
    await record(session, actor, events.AppealWithdrawn(appeal.id, appeal.account_id, {"reason": reason}))
