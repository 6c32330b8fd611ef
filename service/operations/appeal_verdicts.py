"""Verdicts as they are kept: for the parties with every name, as a precedent without any; alerts that come of them."""

from datetime import datetime

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import Outcome, often_overturned
from service.domain.names import without_names
from service.journal import record
from service.models import Account, Appeal, AppealVerdict, Contact, Staff, new_id
from service.policy import system_actor
from service.queries.appeals import appeal_settings
from service.queries.snapshots import published_rulebook, scheme_in_use
from service.queries.tier_standing import tier_of
from service.schemas.appeals import AppealDecision

PRECEDENTS = system_actor("precedents")


async def store_verdict(session: AsyncSession, appeal: Appeal, decision: AppealDecision, now: datetime) -> None:
    """Keeps a verdict beside what everybody may search: rule, grounds, region, tier, reasons without names."""
    assert appeal.reviewer_id is not None
    connection = await session.connection()
    account = await session.get_one(Account, appeal.account_id)
    rulebook = await published_rulebook(connection)
    names = await names_in(session, account, f"{decision.reason_en}\n{decision.reason_zh}")
    verdict = AppealVerdict(
        id=new_id(),
        appeal_id=appeal.id,
        instance=appeal.instance,
        reviewer_id=appeal.reviewer_id,
        outcome=str(decision.outcome),
        remedy=decision.remedy.model_dump(mode="json") if decision.remedy else None,
        reason_en=decision.reason_en,
        reason_zh=decision.reason_zh,
        precedent_en=without_names(decision.reason_en, names),
        precedent_zh=without_names(decision.reason_zh, names),
        grounds=appeal.grounds,
        rule=str(decision.rule) if decision.rule else appeal.rule,
        region=account.region,
        tier=await tier_of(connection, account.id, await scheme_in_use(connection)),
        rulebook_id=rulebook.id if rulebook else None,
        received_at=appeal.received_at,
        decided_at=now,
    )
    session.add(verdict)
    await session.flush()
    await alert_if_overturned(session, verdict)


async def names_in(session: AsyncSession, account: Account, words: str) -> list[str]:
    """Names and codes of people, of the account and of its contacts, as they stand in the words."""
    said = literal(words)
    own = [account.name, account.code, *([account.external_ref] if account.external_ref else [])]
    people = union_all(
        select(Staff.name.label("name")).where(func.strpos(said, Staff.name) > 0),
        select(Staff.code).where(func.strpos(said, Staff.code) > 0),
        select(Contact.name).where(Contact.account_id == account.id, func.strpos(said, Contact.name) > 0),
        select(Account.name).where(func.strpos(said, Account.name) > 0),
        select(Account.code).where(func.strpos(said, Account.code) > 0),
    ).subquery()
    return [*own, *await session.scalars(select(people.c.name))]


async def alert_if_overturned(session: AsyncSession, verdict: AppealVerdict) -> None:
    """Tells once when verdicts on a rule of the rulebook in force come to find often for the appellant."""
    if verdict.rule is None or verdict.rulebook_id is None:
        return
    found = or_(AppealVerdict.outcome == Outcome.UPHELD, AppealVerdict.outcome == Outcome.PARTIALLY_UPHELD)
    counted = select(func.count(), func.count().filter(found)).where(
        AppealVerdict.rule == verdict.rule, AppealVerdict.rulebook_id == verdict.rulebook_id
    )
    verdicts, overturned = (await session.execute(counted)).one()
    settings = await appeal_settings(await session.connection())
    last = int(verdict.outcome != Outcome.REJECTED)
    before = often_overturned(verdicts - 1, overturned - last, settings)
    if often_overturned(verdicts, overturned, settings) and not before:
        data = {"rule": verdict.rule, "verdicts": verdicts, "overturned": overturned}
        await record(session, PRECEDENTS, events.RuleOverturned(verdict.rulebook_id, data=data))
