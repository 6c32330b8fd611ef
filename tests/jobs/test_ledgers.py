"""Ledgers and fairness by the clock: what a company has that is too large for a request to read."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, text, update

from service.database import Database
from service.domain.distribution.balance import Balance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot as DistributionSnapshot
from service.jobs import ledgers as jobs
from service.jobs.ledgers import forget_load_changes, keep_ledgers, measure_fairness
from service.models import Account, AuditEntry, FairnessReport, LedgerEntry, LoadChange, Snapshot
from service.models import Ledger as LedgerRow
from service.queries import fairness, ledgers
from service.schemas.fairness import FairnessHistoryPage, FairnessView
from tests.house import House
from tests.sharing import Sharing


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies of more than three accounts are too large for a request."""
    for module in (ledgers, fairness, jobs):
        monkeypatch.setattr(module, "AT_ONCE", 3)


async def kept(house: House) -> int:
    return await keep_ledgers(house.services.database, house.services.settings, datetime.now(UTC))


async def measured(house: House) -> int:
    return await measure_fairness(house.services.database, house.services.settings, datetime.now(UTC))


async def test_a_large_company_routes_once_the_worker_has_opened_its_ledger(house: House, large: None) -> None:
    sharing = await Sharing.of(house)
    accounts = [await sharing.account() for _ in range(4)]
    path = f"/v1/accounts/{accounts[0]}/route"
    early = await sharing.ask(sharing.leader, "POST", path, {})
    assert (early.status_code, early.json()["code"], early.headers["Retry-After"]) == (503, "ledger_not_kept", "30")
    assert await kept(house) == 1
    assert await kept(house) == 0
    assert (await sharing.ask(sharing.leader, "POST", path, {})).status_code == 200
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(LedgerEntry)) == 1


async def test_an_opening_is_what_its_stored_snapshot_gives_to_the_bit(house: House, large: None) -> None:
    sharing = await Sharing.of(house)
    for at in range(5):
        await sharing.account(sharing.sellers[at] if at < 2 else None, potential_value_base=1_000 * (at + 1))
    await kept(house)
    async with house.services.database.reading() as connection:
        row = (await connection.execute(select(LedgerRow.snapshot_sha256, LedgerRow.opening).limit(1))).one()
        content = await connection.scalar(select(Snapshot.content).where(Snapshot.sha256 == row.snapshot_sha256))
    again = Balance.of(Ledger.of(DistributionSnapshot.from_bytes(content)))
    assert Balance.from_mapping(row.opening).to_mapping() == again.to_mapping()


async def test_what_happened_since_the_opening_counts_in_the_next_routing(house: House) -> None:
    sharing = await Sharing.of(house)
    first, second = sharing.sellers
    waiting = [await sharing.account() for _ in range(3)]
    await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{waiting[0]}/route", {})
    for _ in range(3):
        await sharing.account(first)
    for account in waiting[1:]:
        answer = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account}/route", {})
        assert answer.json()["staff_id"] == str(second.id)
    async with house.services.database.reading() as connection:
        entries = (await connection.scalars(select(LedgerEntry.restated).order_by(LedgerEntry.place))).all()
    assert [one["person"]["id"] for one in entries[1]] == [str(first.id)]


async def test_a_cap_that_was_lowered_meanwhile_holds(house: House) -> None:
    sharing = await Sharing.of(house)
    first, second = sharing.sellers
    waiting = [await sharing.account() for _ in range(3)]
    assert (await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{waiting[0]}/route", {})).status_code == 200
    answer = await sharing.ask(sharing.leader, "GET", f"/v1/staff/{second.id}")
    async with house.client(await house.person("admin")) as client:
        patched = await client.patch(
            f"/v1/staff/{second.id}",
            content=b'{"max_accounts": 0}',
            headers={"If-Match": answer.headers["ETag"], "Content-Type": "application/merge-patch+json"},
        )
    assert patched.status_code == 200, patched.text
    owners = [
        (await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account}/route", {})).json()["staff_id"]
        for account in waiting[1:]
    ]
    assert owners == [str(first.id)] * 2


async def test_fairness_of_a_large_company_is_what_the_worker_measured(house: House, large: None) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    for owner in (rich, rich, None, None):
        await sharing.account(owner)
    early = await sharing.ask(sharing.leader, "GET", "/v1/fairness")
    assert (early.status_code, early.json()["code"]) == (503, "ledger_not_kept")
    assert await measured(house) == 1
    assert await measured(house) == 0
    view = FairnessView.model_validate((await sharing.ask(sharing.leader, "GET", "/v1/fairness")).json())
    await sharing.account(idle)
    again = FairnessView.model_validate((await sharing.ask(sharing.leader, "GET", "/v1/fairness")).json())
    assert again.as_of == view.as_of
    assert await measured(house) == 1
    later = FairnessView.model_validate((await sharing.ask(sharing.leader, "GET", "/v1/fairness")).json())
    assert later.as_of > view.as_of
    assert Decimal(later.dimensions[0].now.cv) < Decimal(view.dimensions[0].now.cv)


async def test_teams_tell_what_is_pinned_and_given_by_hand(house: House) -> None:
    sharing = await Sharing.of(house)
    seller = sharing.sellers[0]
    await sharing.account(seller)
    routed = await sharing.account()
    pin = {"pinned_until": datetime(2999, 1, 1, tzinfo=UTC), "pin_reason": "重大项目"}
    await house.assign(routed, sharing.sellers[1], origin="routed", **pin)
    view = FairnessView.model_validate((await sharing.ask(sharing.leader, "GET", "/v1/fairness")).json())
    [team] = view.teams
    assert (team.department_id, team.people, team.accounts) == (sharing.department_id, 2, 2)
    assert (team.by_hand_share, team.pinned_share) == ("0.500000", "0.500000")
    assert (team.loads["value"].mean, team.loads["value"].max) == ("1.000000", "1.000000")
    outsider = await house.person("sales_rep", department_id=await house.department())
    own = FairnessView.model_validate((await sharing.ask(outsider, "GET", "/v1/fairness")).json())
    assert sharing.department_id not in {one.department_id for one in own.teams}


async def test_history_tells_how_fairness_drifts_after_a_plan_and_alerts_once(house: House) -> None:
    sharing = await Sharing.of(house)
    for _ in range(4):
        await sharing.account()
    await sharing.applied()
    await measured(house)
    async with house.services.database.transaction() as session:
        owned = select(LedgerRow.id).limit(0)
        await session.execute(
            update(Account)
            .where(Account.id.not_in(owned), Account.code.like("%1"))
            .values(potential_value_base=9_000_000)
        )
    await measured(house)
    await sharing.account(sharing.sellers[0])
    await measured(house)
    answer = await sharing.ask(sharing.sellers[0], "GET", "/v1/fairness/history")
    newest, second, first = FairnessHistoryPage.model_validate(answer.json()).items
    assert first.drift
    assert not first.drift.alert
    assert second.drift
    assert newest.drift
    assert second.drift.alert
    assert second.drift.since == first.as_of
    assert Decimal(second.drift.rise_percent["value"]) > 10
    async with house.services.database.reading() as connection:
        alerts = select(func.count()).where(AuditEntry.action == "fairness.drifted")
        assert await connection.scalar(alerts) == (1 if newest.drift.alert else 2)
    recent = await sharing.ask(sharing.leader, "GET", "/v1/fairness/history", as_of_from=newest.as_of.isoformat())
    assert [UUID(item["id"]) for item in recent.json()["items"]] == [newest.id]


async def test_a_company_without_rules_is_neither_routed_nor_measured(house: House, large: None) -> None:
    for _ in range(4):
        await house.account()
    assert (await kept(house), await measured(house)) == (0, 0)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(FairnessReport)) == 0


async def test_changes_that_no_ledger_may_ask_for_any_more_are_forgotten(house: House) -> None:
    await house.account(await house.person("sales_rep"))
    database, settings = house.services.database, house.services.settings
    assert await forget_load_changes(database, settings, datetime.now(UTC)) == 0
    async with database.transaction() as session:
        await session.execute(update(LoadChange).values(at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert await forget_load_changes(database, settings, datetime.now(UTC)) > 0


async def test_whose_load_many_rows_change_is_noted_in_one_pass_by_a_plan_made_for_one(committed_house: House) -> None:
    """By the square of the rows, as joins of what a statement changed took it, these would take minutes."""
    seller, other = [await committed_house.person("sales_rep") for _ in range(2)]
    await committed_house.account(seller)
    url = committed_house.services.database.write.url.render_as_string(hide_password=False)
    worker = Database.connect(url, for_worker=True)
    async with worker.transaction() as session:
        await session.execute(text("SET LOCAL statement_timeout = '25s'"))
        for changed in (WORTH, MANY, GIVEN, WORTH):
            await session.execute(changed, {"owner": other.id} if changed is GIVEN else {})
        mine = text("SELECT DISTINCT staff_id FROM load_changes WHERE xid = pg_current_xact_id()")
        assert set(await session.scalars(mine)) == {seller.id, other.id}
    await worker.dispose()


async def test_whoever_has_an_account_carries_it_anew_when_its_name_or_group_changes(house: House) -> None:
    seller = await house.person("sales_rep")
    account, head = await house.account(seller), await house.account()
    noted = {}
    for column, value in {"name_match": "华东精密", "parent_id": head, "external_ref": "X-1"}.items():
        async with house.services.database.transaction() as session:
            await session.execute(delete(LoadChange))
            await session.execute(update(Account).where(Account.id == account).values({column: value}))
            noted[column] = list(await session.scalars(select(LoadChange.staff_id)))
    assert noted == {"name_match": [seller.id], "parent_id": [seller.id], "external_ref": []}


WORTH = text("UPDATE accounts SET potential_value_base = coalesce(potential_value_base, 0) + 1")
MANY = text("""
    INSERT INTO accounts (id, code, name, name_sort, name_match, search, grams)
    SELECT gen_random_uuid(), 'MANY-' || n, '', '', '', '', '{}' FROM generate_series(1, 30000) AS n
""")
GIVEN = text("""
    INSERT INTO assignments (id, account_id, staff_id, team_role, origin)
    SELECT gen_random_uuid(), id, :owner, 'owner', 'manual' FROM accounts WHERE code LIKE 'MANY-%'
""")
