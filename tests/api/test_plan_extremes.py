"""Plans at the edge through HTTP: nobody, nothing, one, no weight, no value, all pinned, away or full."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from service.models import Assignment, RoleGrant, Staff
from service.schemas.fairness import PlanFairnessView
from tests.house import House
from tests.sharing import Sharing, path_of

WEIGHTLESS = {
    "fit": dict.fromkeys(("geography", "product", "industry", "experience"), 0),
    "balance": {"value": 0, "workload": 0, "count": 0, "top_tiers": {}},
    "misfit_price": 0,
    "move_price": 0,
}
PINNED = update(Assignment).values(pinned_until=datetime.now(UTC) + timedelta(days=30), pin_reason="约定")
SELLERS = select(RoleGrant.staff_id).where(RoleGrant.role == "sales_rep")
CASES: dict[str, tuple[dict[str, Any], int]] = {  # what is otherwise, and how many accounts wait then
    "nobody": ({"sellers": 0}, 6),
    "nothing": ({"accounts": 0}, 0),
    "one": ({"sellers": 1}, 0),
    "weightless": ({"rules": WEIGHTLESS}, 0),
    "worthless": ({"fields": {"potential_value": 0, "potential_value_base": 0}}, 0),
    "pinned": ({"change": PINNED}, 0),
    "away": ({"change": update(Staff).where(Staff.id.in_(SELLERS)).values(status="on_leave")}, 6),
    "full": ({"change": update(Staff).values(max_accounts=1)}, 3),
}


async def a_company(
    house: House, *, sellers: int = 3, accounts: int = 6, rules: Any = None, fields: Any = None, change: Any = None
) -> Sharing:
    """Accounts of which every other one belongs to somebody."""
    sharing = await Sharing.of(house, sellers=sellers, **(rules or {}))
    for number in range(accounts):
        owner = sharing.sellers[number % sellers] if sellers and number % 2 == 0 else None
        await sharing.account(owner, **(fields or {}))
    if change is not None:
        async with house.services.database.transaction() as session:
            await session.execute(change)
    return sharing


@pytest.mark.parametrize("case", CASES)
async def test_every_answer_about_a_plan_at_the_edge_stands(house: House, case: str) -> None:
    otherwise, waiting = CASES[case]
    sharing = await a_company(house, **otherwise)
    plan = await sharing.planned()
    path = path_of(plan)
    assert plan["counts"]["waiting"] == waiting
    fairness = await sharing.ask(sharing.leader, "GET", f"{path}/fairness")
    view = PlanFairnessView.model_validate(fairness.json())
    assert (view.waiting, bool(view.sentences)) == (waiting, True)
    for chart in ("loads", "lorenz", "attainable"):
        for part in view.dimensions:
            drawn = await sharing.ask(sharing.leader, "GET", f"{path}/fairness/charts/{chart}", load=part.name)
            assert drawn.status_code == 200, (chart, part.name)
    for name in ("/fairness/workbook", "/moves", "/unassigned", "/late-changes", "/export"):
        assert (await sharing.ask(sharing.leader, "GET", path + name)).status_code == 200, name
    for verb, holds in (("verify", "passed"), ("replay", "same")):
        accepted = await sharing.ask(sharing.leader, "POST", f"{path}/{verb}")
        location = accepted.headers["Location"]
        await sharing.ran_job(UUID(location.rpartition("/")[2]), location)
        job = (await sharing.ask(sharing.leader, "GET", location)).json()
        assert job["result"][holds] is True, job
    assert (await sharing.step(plan, "approve")).status_code == 200
    assert (await sharing.ran(await sharing.step(plan, "apply")))["state"] == "applied"
    for seller in sharing.sellers:
        own = await sharing.ask(seller, "GET", "/v1/me/decisions")
        assert len(own.json()["items"]) == plan["counts"]["accounts"]
    assert (await sharing.ask(sharing.leader, "GET", "/v1/reports/fairness/workbook")).status_code == 200
