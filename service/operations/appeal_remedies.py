"""Partial outcomes of appeals (部分成立): the account shared, swapped, handed over later, or made up for."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.appealing import forbidden_exchange
from service.domain.distribution.eligibility import LEAST_WEIGHT, Failed, Rule
from service.domain.distribution.ledger import Ledger
from service.errors import FieldError, HardRuleBroken, InvalidInput, Sentence, StateConflict
from service.models import Account, Appeal, AppealPromise, Assignment, new_id
from service.operations.appeal_reassignment import binding_rules, carry_out, decided, keep, lock, refusal
from service.operations.assignments import CO_OWNER, Handover, current_holdings, hand_over, refuse_under_appeal
from service.operations.pins import pin
from service.policy import Actor
from service.queries.calendar import business_calendar
from service.queries.snapshots import Scope, present_basis, read_snapshot, scheme_in_use
from service.queries.tier_standing import tier_of, tiers_from
from service.schemas.appeals import Compensate, Later, Remedy, Share, Swap

NOBODY_ELSE = Sentence(
    "The appeal asks to be rid of the account and names nobody who could have a part in it.",
    "该申诉要求移出客户，且没有可分享该客户的人员。",
)
NOT_THEIRS = Sentence("The beneficiary does not have this account.", "受益人并非该客户的负责人。")
SHARED_ALREADY = Sentence("The account is shared by two people already.", "该客户已由两人共享。")
PAST = Sentence("The date lies in the past, or is today.", "日期须晚于今天。")
UNTIL_THEN = "An appeal hands the account over at a date / 申诉裁定届时移交"


async def apply_remedy(session: AsyncSession, actor: Actor, appeal: Appeal, remedy: Remedy, timezone: str) -> None:
    """Carries a partial outcome out, or promises what comes later, in the caller's transaction."""
    await lock(session, appeal)
    if isinstance(remedy, Compensate):
        await compensate(session, appeal)
    elif isinstance(remedy, Swap):
        await swap(session, actor, appeal, remedy, timezone)
    elif isinstance(remedy, Share):
        await share(session, actor, appeal, remedy, timezone)
    else:
        await defer(session, actor, appeal, remedy, timezone)


async def undo_remedy(session: AsyncSession, actor: Actor, appeal: Appeal) -> None:
    """Before the second instance decides otherwise: promises of the first lapse, and a share of it ends."""
    lapsed = update(AppealPromise).where(AppealPromise.appeal_id == appeal.id, AppealPromise.state == "open")
    await session.execute(lapsed.values(state="lapsed", settled_at=datetime.now(UTC)))
    shared = exists().where(
        Assignment.appeal_id == appeal.id, Assignment.team_role == CO_OWNER, Assignment.ended_at.is_(None)
    )
    if await session.scalar(select(shared)):
        await hand_over(session, actor, [Handover(appeal.account_id, None)], "appeal", team_role=CO_OWNER)


async def share(session: AsyncSession, actor: Actor, appeal: Appeal, remedy: Share, timezone: str) -> None:
    """The beneficiary has the account beside its owner; value and hours count for each in part, and neither moves."""
    beneficiary = named(appeal)
    if await current_holdings(session, [appeal.account_id], CO_OWNER):
        raise StateConflict(SHARED_ALREADY)
    failed = await binding_rules(session, appeal.account_id, beneficiary, timezone)
    if failed:
        raise HardRuleBroken(errors=[refusal(one, "/remedy") for one in failed])
    decision = (await decided(session, {appeal.account_id: beneficiary}))[appeal.account_id]
    handover = Handover(appeal.account_id, beneficiary, decision.id, share_percent=remedy.percent)
    made = await hand_over(session, actor, [handover], "appeal", appeal_id=appeal.id, team_role=CO_OWNER)
    appeal.new_assignment_id = made[appeal.account_id]


async def swap(session: AsyncSession, actor: Actor, appeal: Appeal, remedy: Swap, timezone: str) -> None:
    """The beneficiary gets the account, and its owner one of theirs; both stay where they are for a while."""
    beneficiary = named(appeal)
    await expect_theirs(session, remedy.account_id, beneficiary, pointer="/remedy/account_id")
    failed = await forbidden(session, appeal, remedy.account_id, beneficiary, timezone)
    if failed:
        raise HardRuleBroken(errors=[refusal(one, "/remedy") for _, one in failed])
    given: dict[UUID, UUID | None] = {appeal.account_id: beneficiary, remedy.account_id: appeal.respondent_id}
    made = await carry_out(session, actor, appeal, given, timezone)
    await keep(session, actor, made[remedy.account_id], timezone)


async def expect_theirs(session: AsyncSession, account_id: UUID, person_id: UUID, **place: str) -> None:
    """InvalidInput unless the person has the account; 409 when that one is under appeal itself."""
    await session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    holding = (await current_holdings(session, [account_id])).get(account_id)
    if holding is None or holding.staff_id != person_id:
        raise InvalidInput(errors=[FieldError("not_theirs", NOT_THEIRS, **place)])
    await refuse_under_appeal(session, [account_id])


async def forbidden(
    session: AsyncSession, appeal: Appeal, other_id: UUID, beneficiary: UUID, timezone: str
) -> list[tuple[UUID, Failed]]:
    """The hard rules in the way of an exchange, by account, caps measured on what both have afterwards."""
    connection = await session.connection()
    scope = Scope(staff_ids=(appeal.respondent_id, beneficiary))
    snapshot = await read_snapshot(connection, await present_basis(connection, timezone, "swap", scope))
    if {person.id for person in snapshot.people} != {str(appeal.respondent_id), str(beneficiary)}:
        return [(appeal.account_id, Failed(Rule.AVAILABILITY, LEAST_WEIGHT, 0))]
    sides = (str(appeal.account_id), str(other_id), str(beneficiary))
    return [(UUID(account), failed) for account, failed in forbidden_exchange(Ledger.of(snapshot), *sides)]


async def defer(session: AsyncSession, actor: Actor, appeal: Appeal, remedy: Later, timezone: str) -> None:
    """Promises the account for a date; until then it stays where it is."""
    calendar = await business_calendar(await session.connection(), timezone)
    if remedy.due_on <= calendar.business_date(datetime.now(UTC)):
        raise InvalidInput(errors=[FieldError("in_the_past", PAST, pointer="/remedy/due_on")])
    await promise(session, appeal, "later", staff_id=named(appeal), due_on=remedy.due_on)
    assignment = await session.get_one(Assignment, appeal.assignment_id)
    await pin(session, actor, assignment, calendar.end_of_day(remedy.due_on), UNTIL_THEN)


async def compensate(session: AsyncSession, appeal: Appeal) -> None:
    """Promises the appellant the next account without an owner that is worth as much and graded as high."""
    account = await session.get_one(Account, appeal.account_id)
    connection = await session.connection()
    scheme = await scheme_in_use(connection)
    tier = await tier_of(connection, account.id, scheme)
    await promise(
        session,
        appeal,
        "compensate",
        staff_id=appeal.appellant_id,
        least_value=account.potential_value_base,
        scheme_code=scheme if tier else None,
        tiers=await tiers_from(connection, scheme, tier) if scheme and tier else [],
    )


async def promise(
    session: AsyncSession, appeal: Appeal, kind: str, *, staff_id: UUID, due_on: date | None = None, **terms: object
) -> None:
    """Keeps what a verdict promises."""
    session.add(
        AppealPromise(
            id=new_id(), appeal_id=appeal.id, kind=kind, staff_id=staff_id, due_on=due_on, state="open", **terms
        )
    )
    await session.flush()


def named(appeal: Appeal) -> UUID:
    """Who benefits; StateConflict where the appeal names nobody."""
    if appeal.beneficiary_id is None:
        raise StateConflict(NOBODY_ELSE)
    return appeal.beneficiary_id
