"""Occasions of plans through HTTP: what may move, for whom, in which role; questions that touch nothing."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from service.models import Account, AccountMembership, Assignment, Rulebook, Staff
from service.schemas.decisions import DecisionView
from service.schemas.distribution_plans import DistributionPlanView
from tests.house import House, Person
from tests.sharing import Sharing


async def moved(sharing: Sharing, plan: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Account id → codes of who has it and who gets it."""
    items = await sharing.part(plan, "moves", limit=200)
    return {item["account_id"]: (item["previous_owner_code"], item["winner_code"]) for item in items}


async def uneven(house: House, accounts: int = 12, **rules: Any) -> tuple[Sharing, Person, Person]:
    """Two sellers, one of whom has everything."""
    sharing = await Sharing.of(house, **rules)
    rich, idle = sharing.sellers
    for _ in range(accounts):
        await sharing.account(rich)
    return sharing, rich, idle


async def test_a_rebalancing_moves_no_more_than_its_budget_and_than_the_rulebook_allows(house: House) -> None:
    sharing, rich, idle = await uneven(house, move_budget={"rebalance_permille": 250})
    plan = await sharing.planned(mode="rebalance", most_moves=2)
    assert (plan["mode"], plan["most_moves"], plan["counts"]["moved"]) == ("rebalance", 2, 2)
    assert set((await moved(sharing, plan)).values()) == {(rich.code, idle.code)}
    for asked in (None, 9):
        whole = await sharing.planned(mode="rebalance", most_moves=asked)
        assert (whole["most_moves"], whole["counts"]["moved"]) == (3, 3)
    applied = await sharing.applied(mode="rebalance", most_moves=2)
    assert applied["counts"]["moved"] == 2


async def test_a_change_of_territory_moves_only_whom_it_concerns(house: House) -> None:
    sharing, rich, idle = await uneven(house, 4)
    far = await sharing.account(rich, region="华南")
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == idle.id).values(regions=["华东", "华南"]))
    plan = await sharing.planned(mode="territory_change")
    assert await moved(sharing, plan) == {str(far): (rich.code, idle.code)}


async def test_a_newcomer_gets_a_share_and_nobody_else_anything(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    rich, other, newcomer = sharing.sellers
    for _ in range(8):
        await sharing.account(rich)
    await sharing.account(other)
    plan = await sharing.planned(mode="newcomer", staff_id=str(newcomer.id))
    assert {winner for _, winner in (await moved(sharing, plan)).values()} == {newcomer.code}
    few = await sharing.planned(mode="newcomer", staff_id=str(newcomer.id), most_moves=1)
    assert few["counts"]["moved"] == 1


async def test_a_newcomer_who_is_no_candidate_fails_the_plan_with_the_reason(house: House) -> None:
    sharing = await Sharing.of(house)
    clerk = await house.person("finance", department_id=sharing.department_id)
    plan = await sharing.ran(await sharing.asked(mode="newcomer", staff_id=str(clerk.id)))
    assert (plan["state"], plan["problem"]["code"]) == ("failed", "state_conflict")
    assert plan["problem"]["en"].startswith("The newcomer takes no part")
    assert plan["problem"]["zh"].startswith("新人不参与此方案")


async def test_a_leavers_accounts_go_to_others_who_keep_their_own(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, rich, idle = sharing.sellers
    theirs = {str(await sharing.account(leaver)) for _ in range(3)}
    for _ in range(5):
        await sharing.account(rich)
    plan = await sharing.applied(mode="leaver", staff_id=str(leaver.id))
    assert set(await moved(sharing, plan)) == theirs
    assert {winner for _, winner in (await moved(sharing, plan)).values()} == {idle.code}
    kept = [one for one in await sharing.part(plan, "decisions") if one["previous_owner_code"] == rich.code]
    assert {one["reason"] for one in kept} == {"left"}
    DecisionView.model_validate(kept[0])
    assert kept[0]["reason_text"]["zh"]


async def test_a_bulk_arrival_and_what_waits_find_owners_while_everybody_keeps_theirs(house: House) -> None:
    sharing, _, idle = await uneven(house, 5)
    new = {str(await sharing.account()) for _ in range(4)}
    plan = await sharing.planned(mode="arrivals")
    assert set(await moved(sharing, plan)) == new
    assert {winner for _, winner in (await moved(sharing, plan)).values()} == {idle.code}


async def test_another_team_role_is_shared_by_its_own_rules_among_its_own_people(house: House) -> None:
    roles = {"tech_support": {"hard_rules": {"region": False, "minimum_experience": {}}}}
    sharing = await Sharing.of(house, team_roles=roles)
    seller = sharing.sellers[0]
    accounts = [await sharing.account(seller) for _ in range(4)]
    engineers = [await house.person("tech_support", regions=["西北"]) for _ in range(2)]
    first = await sharing.applied(team_role="tech_support")
    second = await sharing.planned(team_role="tech_support")
    assert (first["team_role"], first["counts"]["begun"], second["counts"]["kept"]) == ("tech_support", 4, 4)
    async with house.services.database.reading() as connection:
        held = (
            select(Assignment.staff_id, func.count()).where(Assignment.ended_at.is_(None)).group_by(Assignment.staff_id)
        )
        assert {row[0]: row[1] for row in await connection.execute(held)} == {
            seller.id: 4,
            engineers[0].id: 2,
            engineers[1].id: 2,
        }
        members = select(func.count()).where(
            AccountMembership.role == "tech_support", AccountMembership.ended_at.is_(None)
        )
        assert await connection.scalar(members) == 4
    assert {item["account_id"] for item in await sharing.part(first, "decisions")} == {str(one) for one in accounts}


async def test_an_occasion_names_what_it_needs_and_nothing_else(house: House) -> None:
    sharing = await Sharing.of(house)
    seller = str(sharing.sellers[0].id)
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"mode": "leaver"}, "/staff_id", "does_not_fit_mode"),
        ({"staff_id": seller}, "/staff_id", "does_not_fit_mode"),
        ({"mode": "newcomer", "staff_id": str(sharing.rulebook_id)}, "/staff_id", "not_found"),
        ({"mode": "arrivals", "most_moves": 3}, "/most_moves", "does_not_fit_mode"),
        ({"team_role": "finance"}, "/team_role", "no_rules"),
        ({"mode": "sideways"}, "/mode", "enum"),
    ]
    for fields, pointer, code in wrong:
        answer = await sharing.asked(**fields)
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)], fields


async def test_a_what_if_answers_without_touching_data_and_is_never_applied(house: House) -> None:
    sharing, rich, idle = await uneven(house, 9)
    [elsewhere] = [await sharing.account(rich, region="西北")]
    question = {
        "definition": {"balance": {"value": 0}, "move_price": 0},
        "people": [{"staff_id": str(idle.id), "absent": True, "fte": "0.5", "max_workload_hours": 40}],
        "added_people": [{"code": "NEW-1", "regions": ["华东"], "industries": ["制造"], "fte": "0.5"}],
        "accounts": [{"account_id": str(elsewhere), "region": "华东", "potential_value_base": "5.00"}],
    }
    plan = await sharing.planned(what_if=question)
    view = DistributionPlanView.model_validate(plan)
    assert view.what_if is not None
    [added] = view.what_if["added_people"]
    assert added.items() >= question["added_people"][0].items()
    assert view.what_if == {**question, "added_people": [added]}
    assert view.counts.people == 3
    moves = await moved(sharing, plan)
    assert {after for _, after in moves.values()} == {"NEW-1"}
    for verb in ("approve", "apply"):
        answer = await sharing.step(plan, verb)
        assert (answer.status_code, answer.json()["code"]) in {(409, "what_if_plan"), (409, "illegal_transition")}
    async with house.services.database.reading() as connection:
        account = (await connection.execute(select(Account.region).where(Account.id == elsewhere))).scalar_one()
        rules = (await connection.execute(select(Rulebook.definition["balance"]["value"]))).scalars().all()
    assert (account, rules) == ("西北", [100])
    assert set((await sharing.owners()).values()) == {str(rich.id)}
    listed = await sharing.ask(sharing.author, "GET", "/v1/distribution-plans", what_if="false")
    assert listed.json()["items"] == []


async def test_a_what_if_about_somebody_else_says_so(house: House) -> None:
    sharing = await Sharing.of(house)
    outsider = await house.person("finance")
    question = {"people": [{"staff_id": str(outsider.id), "fte": "1"}]}
    plan = await sharing.ran(await sharing.asked(what_if=question))
    assert (plan["state"], plan["problem"]["code"]) == ("failed", "invalid_input")
    nonsense = await sharing.asked(what_if={"definition": {"fit": {"geography": 200}}})
    assert [one["pointer"] for one in nonsense.json()["errors"]] == ["/what_if/definition/fit/geography"]
    coded = {"hard_rules": {"blocked_pairs": [{"account_id": "C-0001", "person_id": str(outsider.id)}]}}
    unknown = {"hard_rules": {"blocked_pairs": [{"account_id": str(outsider.id), "person_id": str(outsider.id)}]}}
    for definition, code in ((coded, "uuid_parsing"), (unknown, "not_found")):
        refused = await sharing.asked(what_if={"definition": definition})
        assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
            ("/what_if/definition/hard_rules/blocked_pairs/0/account_id", code)
        ]
    assert UUID(plan["id"])
