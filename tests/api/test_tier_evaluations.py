"""Tier evaluations through HTTP: previews, sheets, approval."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Job, new_id
from service.queries.tier_evaluations import EVALUATIONS, SHEETS
from service.schemas.tier_evaluations import (
    TierEvaluationFilter,
    TierEvaluationView,
    TierSheetFilter,
    TierSheetView,
)
from tests.house import House
from tests.tier_company import HUGE, Company, code_of


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
