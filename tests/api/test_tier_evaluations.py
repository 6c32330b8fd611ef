"""Tier evaluations through HTTP, their jobs run for real."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, insert, select, update

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Account, AccountTier, AuditEntry, Entitlement, Holiday, Job, OutboxMessage, new_id
from service.queries.tier_evaluations import EVALUATIONS, SHEETS
from service.schemas.tier_evaluations import (
    TierEvaluationFilter,
    TierEvaluationView,
    TierSheetFilter,
    TierSheetView,
)
from tests.house import LONG_AGO, House, Person

HUGE = {"custom": {"influence": "huge"}, "intent": "high"}


@dataclass
class Company:
    """A house with somebody who asks for evaluations and a leader who approves them."""

    house: House
    author: Person
    leader: Person

    @classmethod
    async def of(cls, house: House) -> "Company":
        return cls(house, await house.person("director"), await house.person("general_manager"))

    async def scheme(self, **body: Any) -> str:
        async with self.house.client(self.author) as client:
            draft = await client.post("/v1/tier-schemes", json=body or {"template": "five_tiers"})
            assert draft.status_code == 201, draft.text
        async with self.house.client(self.leader) as client:
            tag = {"If-Match": draft.headers["ETag"]}
            final = await client.post(f"{draft.headers['Location']}/publish", json={}, headers=tag)
        return str(final.json()["id"])

    async def asked(self, scheme_id: str) -> httpx.Response:
        async with self.house.client(self.author) as client:
            return await client.post("/v1/tier-evaluations", json={"scheme_id": scheme_id})

    async def preview(self, scheme_id: str) -> dict[str, Any]:
        return await self.ran(await self.asked(scheme_id))

    async def ran(self, accepted: httpx.Response) -> dict[str, Any]:
        """The evaluation after the job that an answer names."""
        assert accepted.status_code == 202, accepted.text
        job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
        await run_job(self.house.services.database, self.house.services.settings, KINDS, job_id)
        return await self.get(accepted.json()["id"])

    async def get(self, evaluation_id: str) -> dict[str, Any]:
        async with self.house.client(self.author) as client:
            return dict((await client.get(f"/v1/tier-evaluations/{evaluation_id}")).json())

    async def approve(self, evaluation_id: str) -> httpx.Response:
        async with self.house.client(self.leader) as client:
            return await client.post(f"/v1/tier-evaluations/{evaluation_id}/approve", json={"reason": "已核对"})

    async def apply(self, evaluation_id: str) -> httpx.Response:
        async with self.house.client(self.author) as client:
            return await client.post(f"/v1/tier-evaluations/{evaluation_id}/apply", json={})

    async def applied(self, scheme_id: str) -> dict[str, Any]:
        evaluation = await self.preview(scheme_id)
        assert (await self.approve(evaluation["id"])).status_code == 200
        return await self.ran(await self.apply(evaluation["id"]))

    async def sheets(self, evaluation_id: str, reader: Person | None = None, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(reader or self.author) as client:
            answer = await client.get(f"/v1/tier-evaluations/{evaluation_id}/sheets", params=query)
        return list(answer.json()["items"])

    async def grades(self, account: UUID, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(self.leader) as client:
            return list((await client.get(f"/v1/accounts/{account}/tiers", params=query)).json()["items"])

    async def owed(self, account: UUID, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(self.leader) as client:
            answer = await client.get(f"/v1/accounts/{account}/entitlements", params={"limit": 200, **query})
        return list(answer.json()["items"])

    async def set(self, account: UUID, **fields: Any) -> None:
        async with self.house.services.database.transaction() as session:
            await session.execute(update(Account).where(Account.id == account).values(fields))

    async def value(self, statement: Any) -> Any:
        async with self.house.services.database.transaction() as session:
            return await session.scalar(statement)

    async def job(self, evaluation: dict[str, Any], which: str) -> Job:
        async with self.house.services.database.transaction() as session:
            return await session.get_one(Job, UUID(evaluation[which]))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_preview_tells_who_moves_and_why_and_changes_nothing(house: House) -> None:
    company = await Company.of(house)
    gold = await house.account(potential_value_base=200_000_000, **HUGE)
    silver = await house.account(potential_value_base=5, custom={"influence": "low"}, intent="low")
    accepted = await company.asked(await company.scheme())
    assert accepted.json()["counts"] is None
    evaluation = await company.ran(accepted)
    TierEvaluationView.model_validate(evaluation)
    sheets = {sheet["account_id"]: sheet for sheet in await company.sheets(evaluation["id"])}
    TierSheetView.model_validate(sheets[str(gold)])
    assert (evaluation["state"], evaluation["counts"]["moves"]["enters"]) == ("preview", 2)
    assert [(tier["tier"], tier["accounts"]) for tier in evaluation["counts"]["tiers"] if tier["accounts"]] == [
        ("gold", 1),
        ("silver", 1),
    ]
    assert (sheets[str(gold)]["tier"], sheets[str(gold)]["direction"]) == ("gold", "enters")
    assert sheets[str(gold)]["sheet"]["lines"][0] == {
        "criterion": "buying_power",
        "value": "200000000",
        "reached": "100000000",
        "points": "4",
        "weight": "4",
        "score": "16",
    }
    assert sheets[str(silver)]["tier"] == "silver"
    assert await company.grades(gold) == []


async def test_a_missing_input_holds_an_account_back_with_its_reason_in_both_languages(house: House) -> None:
    company = await Company.of(house)
    no_rate = await house.account(potential_value_base=None, potential_currency="EUR", **HUGE)
    no_value = await house.account(potential_value=None, potential_currency=None, potential_value_base=None, **HUGE)
    no_influence = await house.account(intent="high")
    odd = await house.account(intent="high", custom={"influence": "巨大"})
    fine = await house.account(**HUGE)
    evaluation = await company.preview(await company.scheme())
    held = {sheet["account_id"]: sheet for sheet in await company.sheets(evaluation["id"], held_back="true")}
    assert {account: (sheet["reason"], sheet["sheet"]["held_by"]) for account, sheet in held.items()} == {
        str(no_rate): ("missing_rate", "potential_value_base"),
        str(no_value): ("missing_value", "potential_value_base"),
        str(no_influence): ("missing_value", "influence"),
        str(odd): ("unknown_choice", "influence"),
    }
    assert held[str(no_rate)]["reason_text"]["zh"] == "缺少该币种的汇率。"
    assert evaluation["counts"]["held_back"] == 4
    assert [sheet["account_id"] for sheet in await company.sheets(evaluation["id"], held_back="false")] == [str(fine)]
    by_reason = await company.sheets(evaluation["id"], reason="missing_rate")
    assert [sheet["account_id"] for sheet in by_reason] == [str(no_rate)]


async def test_a_share_scheme_cuts_the_ranked_accounts_and_a_pareto_scheme_names_the_top_fifth(house: House) -> None:
    company = await Company.of(house)
    for value in (50, 20, 10, 8, 7, 3, 1, 1, 0, 0):
        await house.account(potential_value_base=value)
    shared = await company.preview(await company.scheme(template="abc"))
    alone = await company.preview(await company.scheme(template="abc", code="alone", basis="individual_share"))
    pareto = await company.preview(await company.scheme(template="pareto"))
    counted = [[tier["accounts"] for tier in run["counts"]["tiers"]] for run in (shared, alone, pareto)]
    assert counted == [[1, 1, 1], [1, 1, 1], [2, 6 + 2]]
    assert pareto["counts"]["carries"] == {"minimum": "0.8", "reached": False}
    assert shared["counts"]["tiers"][0]["share"] == "0.500000"
    top = (await company.sheets(shared["id"], tier="a"))[0]["sheet"]["place"]
    assert (top["rank"], top["share"], top["total"]) == (1, "0.500000", "100")


async def test_only_a_leader_who_did_not_ask_approves_and_only_what_was_computed(house: House) -> None:
    company = await Company.of(house)
    await house.account(**HUGE)
    accepted = await company.asked(await company.scheme())
    early = await company.approve(accepted.json()["id"])
    evaluation = await company.ran(accepted)
    path = f"/v1/tier-evaluations/{evaluation['id']}/approve"
    async with house.client(company.author) as client:
        own = await client.post(path, json={})
    async with house.client(await house.person("department_manager")) as client:
        low = await client.post(path, json={})
    async with house.client(await house.person("sales_rep")) as client:
        hidden = await client.post(path, json={})
    approved = await company.approve(evaluation["id"])
    again = await company.approve(evaluation["id"])
    assert code_of(early) == (409, "state_conflict")
    assert code_of(own) == (403, "author_is_approver")
    assert code_of(low) == (403, "forbidden")
    assert hidden.status_code == 404
    assert (approved.status_code, approved.json()["approved_by"]) == (200, str(company.leader.id))
    assert code_of(again) == (409, "illegal_transition")


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


async def test_a_job_that_was_called_off_leaves_nothing(committed_house: House) -> None:
    house = committed_house
    company = await Company.of(house)
    await house.account(potential_value_base=200_000_000, **HUGE)
    accepted = await company.asked(await company.scheme())
    job_id = UUID(accepted.json()["job_id"])

    async def cancelled_meanwhile(work: Any) -> Any:
        async with house.services.database.transaction() as session:
            await session.execute(update(Job).where(Job.id == job_id).values(state="cancelled"))
        return await KINDS["evaluate_tiers"](work)

    await run_job(house.services.database, house.services.settings, {"evaluate_tiers": cancelled_meanwhile}, job_id)
    evaluation = await company.get(accepted.json()["id"])
    assert evaluation["counts"] is None
    assert await company.sheets(evaluation["id"]) == []
    assert (await company.job(evaluation, "job_id")).state == "cancelled"


async def test_only_a_published_scheme_that_does_not_grade_by_hand_is_evaluated(house: House) -> None:
    company = await Company.of(house)
    async with house.client(company.author) as client:
        draft = (await client.post("/v1/tier-schemes", json={"template": "abc"})).json()
    assert code_of(await company.asked(draft["id"])) == (409, "state_conflict")
    assert code_of(await company.asked(await company.scheme(template="importance"))) == (409, "wrong_method")
    unknown = await company.asked(str(new_id()))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/scheme_id")


async def test_sheets_are_shown_only_for_accounts_that_the_reader_may_see(house: House) -> None:
    company = await Company.of(house)
    department = await house.department()
    manager = await house.person("key_account_manager", department_id=department)
    seller = await house.person("sales_rep", department_id=department)
    mine, other = await house.account(seller, **HUGE), await house.account(**HUGE)
    evaluation = await company.preview(await company.scheme())
    assert {sheet["account_id"] for sheet in await company.sheets(evaluation["id"])} == {str(mine), str(other)}
    assert [sheet["account_id"] for sheet in await company.sheets(evaluation["id"], manager)] == [str(mine)]
    assert await company.sheets(evaluation["id"], manager, account_id=str(other)) == []
    for stranger in (seller, await house.person("admin"), await house.person("marketing")):
        async with house.client(stranger) as client:
            assert (await client.get(f"/v1/tier-evaluations/{evaluation['id']}")).status_code == 404
            assert (await client.get(f"/v1/tier-evaluations/{evaluation['id']}/sheets")).status_code == 404
            assert (await client.get("/v1/tier-evaluations")).json()["items"] == []


async def test_sheets_page_without_gaps_and_evaluations_filter_by_scheme(house: House) -> None:
    company = await Company.of(house)
    accounts = [str(await house.account(**HUGE)) for _ in range(7)]
    evaluation = await company.preview(await company.scheme())
    other = await company.preview(await company.scheme(template="abc"))
    found: list[str] = []
    async with house.client(company.author) as client:
        path, query = f"/v1/tier-evaluations/{evaluation['id']}/sheets", {"limit": "3"}
        while True:
            body = (await client.get(path, params=query)).json()
            found += [item["account_id"] for item in body["items"]]
            if body["next_cursor"] is None:
                break
            query["cursor"] = body["next_cursor"]
        foreign = await client.get(
            f"/v1/tier-evaluations/{other['id']}/sheets", params={"limit": 3, "cursor": query["cursor"]}
        )
        runs = (await client.get("/v1/tier-evaluations", params={"scheme_code": "abc"})).json()["items"]
    assert found == sorted(accounts)
    assert code_of(foreign) == (400, "invalid_cursor")
    assert [run["id"] for run in runs] == [other["id"]]


async def test_a_company_without_accounts_is_evaluated_too(house: House) -> None:
    company = await Company.of(house)
    for template in ("five_tiers", "abc", "pareto"):
        evaluation = await company.applied(await company.scheme(template=template))
        assert (evaluation["state"], evaluation["counts"]["accounts"]) == ("applied", 0)
        TierEvaluationView.model_validate(evaluation)


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


async def test_the_same_key_asks_for_one_evaluation(house: House) -> None:
    company = await Company.of(house)
    scheme = await company.scheme()
    async with house.client(company.author, **{"Idempotency-Key": "e-1"}) as client:
        first = await client.post("/v1/tier-evaluations", json={"scheme_id": scheme})
        again = await client.post("/v1/tier-evaluations", json={"scheme_id": scheme})
        runs = (await client.get("/v1/tier-evaluations")).json()["items"]
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(runs) == 1


def test_every_filter_of_the_schemas_has_its_condition() -> None:
    paging = {"limit", "cursor"}
    assert set(TierEvaluationFilter.model_fields) - paging == set(EVALUATIONS.filters)
    assert set(TierSheetFilter.model_fields) - paging == set(SHEETS.filters) - {"evaluation_id"}
