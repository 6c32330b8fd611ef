"""Applying tier evaluations: grades, entitlements and evidence, the jobs run for real."""

from uuid import UUID

from sqlalchemy import func, insert, select, update

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import AccountTier, AuditEntry, Entitlement, Holiday, Job, OutboxMessage, new_id
from tests.house import LONG_AGO, House
from tests.tier_company import HUGE, Company, code_of


async def test_applying_begins_grades_with_entitlements_and_evidence(house: House) -> None:
    company = await Company.of(house)
    gold = await house.account(potential_value_base=200_000_000, **HUGE)
    below = await house.account(potential_value_base=None, **HUGE)
    evaluation = await company.applied(await company.scheme())
    assert (evaluation["state"], evaluation["counts"]["changed"]) == ("applied", 1)
    (grade,) = await company.grades(gold)
    assert (grade["tier"], grade["name"]["zh"], grade["evaluation_id"]) == ("gold", "金牌客户", evaluation["id"])
    assert grade["sheet"]["score"] == "31"
    assert await company.grades(below) == []
    owed = await company.owed(gold)
    kinds = [duty["kind"] for duty in owed]
    assert (kinds.count("visit"), kinds.count("named_person"), kinds.count("needs_analysis")) == (48, 1, 2)
    assert [duty["due_on"] for duty in owed] == sorted(duty["due_on"] for duty in owed)
    assert {duty["name"]["zh"] for duty in owed if duty["kind"] == "plan"} == {"个性化方案"}
    about = AuditEntry.account_id == gold, AuditEntry.action == "account_tier.changed"
    async with house.services.database.transaction() as session:
        entry = (await session.scalars(select(AuditEntry).where(*about))).one()
        messages = await session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.subject_id == entry.subject_id)
        )
    assert (entry.actor, entry.on_behalf_of) == ("system:tier evaluations", company.author.id)
    assert (entry.data["from"], entry.data["to"], str(entry.subject_id), messages) == (None, "gold", grade["id"], 1)


async def test_due_dates_keep_to_the_business_calendar(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    scheme = await company.scheme()
    await company.applied(scheme)
    before = {duty["due_on"] for duty in await company.owed(account, kind="visit")}
    closed = min(before)
    async with house.services.database.transaction() as session:
        holiday = {"id": new_id(), "on_date": func.to_date(closed, "YYYY-MM-DD"), "kind": "holiday", "name": "假日"}
        await session.execute(insert(Holiday).values(holiday))
    other = await house.account(potential_value_base=200_000_000, **HUGE)
    await company.applied(scheme)
    after = {duty["due_on"] for duty in await company.owed(other, kind="visit")}
    assert closed not in after
    assert closed in {duty["due_on"] for duty in await company.owed(account, kind="visit")}


async def test_a_later_evaluation_ends_the_old_grade_and_what_it_still_promised(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    stays = await house.account(potential_value_base=200_000_000, **HUGE)
    scheme = await company.scheme()
    first = await company.applied(scheme)
    await company.set(account, intent="low", custom={"influence": "low"})
    preview = await company.preview(scheme)
    (moved,) = await company.sheets(preview["id"], moved="true")
    assert (moved["previous_tier"], moved["tier"], moved["direction"]) == ("gold", "platinum", "down")
    assert preview["counts"]["moves"] == {"enters": 0, "up": 0, "down": 1, "leaves": 0}
    await company.approve(preview["id"])
    second = await company.ran(await company.apply(preview["id"]))
    now, before = await company.grades(account)
    assert (now["tier"], now["ended_at"]) == ("platinum", None)
    assert (before["tier"], before["ended_at"]) == ("gold", now["started_at"])
    assert (before["evaluation_id"], now["evaluation_id"]) == (first["id"], second["id"])
    assert {duty["tier"] for duty in await company.owed(account, current="true")} == {"platinum"}
    assert {duty["tier"] for duty in await company.owed(account, current="false")} == {"gold"}
    assert [grade["tier"] for grade in await company.grades(stays)] == ["gold"]
    assert [grade["tier"] for grade in await company.grades(account, as_of=before["started_at"])] == ["gold"]
    assert [grade["tier"] for grade in await company.grades(account, current="true")] == ["platinum"]


async def test_an_account_below_every_threshold_leaves_and_one_held_back_keeps_its_grade(house: House) -> None:
    company = await Company.of(house)
    leaves, kept = [await house.account(potential_value_base=100) for _ in range(2)]
    scheme = await company.scheme(template="abc")
    await company.applied(scheme)
    await company.set(leaves, potential_value_base=0)
    await company.set(kept, potential_value_base=None)
    for value in (900, 400):
        await house.account(potential_value_base=value)
    evaluation = await company.applied(scheme)
    assert evaluation["counts"]["ungraded"] == {"below_thresholds": 1, "missing_rate": 1}
    assert evaluation["counts"]["moves"]["leaves"] == 1
    (ended,) = await company.grades(leaves)
    assert ended["ended_at"] is not None
    assert await company.owed(leaves, current="true") == [
        duty for duty in await company.owed(leaves) if duty["ended_at"] is None
    ]
    assert [grade["ended_at"] for grade in await company.grades(kept)] == [None]


async def test_a_new_version_renews_the_grades_that_stay(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    await company.applied(await company.scheme())
    evaluation = await company.applied(await company.scheme())
    assert evaluation["counts"]["moves"]["enters"] == 0
    assert evaluation["counts"]["changed"] == 1
    assert [(grade["tier"], grade["scheme_number"]) for grade in await company.grades(account)] == [
        ("gold", 2),
        ("gold", 1),
    ]


async def test_an_evaluation_is_stale_once_another_was_applied(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    scheme = await company.scheme()
    early = await company.preview(scheme)
    await company.approve(early["id"])
    await company.applied(scheme)
    after = await company.ran(await company.apply(early["id"]))
    job = await company.job(after, "apply_job_id")
    assert (after["state"], job.state) == ("approved", "failed")
    assert job.problem is not None
    assert job.problem["code"] == "evaluation_stale"
    assert len(await company.grades(account)) == 1


async def test_an_evaluation_of_a_retired_version_is_not_applied(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    evaluation = await company.preview(await company.scheme())
    await company.approve(evaluation["id"])
    await company.scheme()
    after = await company.ran(await company.apply(evaluation["id"]))
    job = await company.job(after, "apply_job_id")
    assert job.problem is not None
    assert (after["state"], job.problem["code"]) == ("approved", "state_conflict")
    assert await company.grades(account) == []


async def test_applying_needs_approval_happens_once_and_not_twice_at_a_time(house: House) -> None:
    company = await Company.of(house)
    account = await house.account(potential_value_base=200_000_000, **HUGE)
    evaluation = await company.preview(await company.scheme())
    unapproved = await company.apply(evaluation["id"])
    await company.approve(evaluation["id"])
    accepted = await company.apply(evaluation["id"])
    meanwhile = await company.apply(evaluation["id"])
    await company.ran(accepted)
    again = await company.apply(evaluation["id"])
    assert code_of(unapproved) == code_of(again) == (409, "illegal_transition")
    assert code_of(meanwhile) == (409, "state_conflict")
    assert len(await company.grades(account)) == 1


async def test_a_job_that_runs_again_after_a_crash_changes_nothing_more(house: House) -> None:
    company = await Company.of(house)
    await house.account(potential_value_base=200_000_000, **HUGE)
    evaluation = await company.applied(await company.scheme())
    rows = select(func.count()).select_from(AccountTier)
    duties = select(func.count()).select_from(Entitlement)
    before = await company.value(rows), await company.value(duties)
    for which in ("job_id", "apply_job_id"):
        async with house.services.database.transaction() as session:
            crashed = update(Job).where(Job.id == UUID(evaluation[which])).values(state="running", ended_at=None)
            await session.execute(crashed)
        await run_job(house.services.database, house.services.settings, KINDS, UUID(evaluation[which]))
        assert (await company.job(evaluation, which)).state == "succeeded"
    assert (await company.value(rows), await company.value(duties)) == before
    assert await company.get(evaluation["id"]) == evaluation


async def test_deleted_accounts_are_neither_judged_nor_graded(house: House) -> None:
    company = await Company.of(house)
    gone, later = await house.account(**HUGE), await house.account(**HUGE)
    await company.set(gone, deleted_at=LONG_AGO)
    evaluation = await company.preview(await company.scheme())
    assert [sheet["account_id"] for sheet in await company.sheets(evaluation["id"])] == [str(later)]
    await company.approve(evaluation["id"])
    await company.set(later, deleted_at=LONG_AGO)
    assert (await company.ran(await company.apply(evaluation["id"])))["counts"]["changed"] == 0
    assert await company.value(select(func.count()).select_from(AccountTier)) == 0


async def test_every_step_leaves_its_audit_entry(house: House) -> None:
    company = await Company.of(house)
    await house.account(**HUGE)
    evaluation = await company.applied(await company.scheme())
    about = AuditEntry.subject_id == UUID(evaluation["id"])
    async with house.services.database.transaction() as session:
        entries = (await session.scalars(select(AuditEntry).where(about).order_by(AuditEntry.position))).all()
    people = {company.author.id: "author", company.leader.id: "leader", None: "system"}
    assert [(entry.action.removeprefix("tier_evaluation."), people[entry.actor_id]) for entry in entries] == [
        ("created", "author"),
        ("computed", "system"),
        ("approved", "leader"),
        ("queued", "author"),
        ("applied", "system"),
    ]
    assert entries[2].data["reason"] == "已核对"
    assert {entry.on_behalf_of for entry in entries if entry.actor_id is None} == {company.author.id}
