"""The queue of accounts without an owner: reasons, remedies, and who gets them in turn once a reason has gone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from service.jobs import waiting as jobs
from service.jobs.waiting import retry_waiting
from service.models import Absence, Account, Assignment, Decision, Rulebook, Staff, Task, new_id
from service.queries import ledgers
from tests.house import House
from tests.sharing import Sharing

TODAY = datetime.now(UTC).date()


async def changed(sharing: Sharing, *statements: Any) -> None:
    async with sharing.house.services.database.transaction() as session:
        for statement in statements:
            await session.execute(statement)


async def routed(sharing: Sharing, account_id: UUID) -> str | None:
    body = {"department_id": str(sharing.department_id)}
    answer = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account_id}/route", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["staff_id"]


async def queue(sharing: Sharing, **query: Any) -> dict[str, dict[str, Any]]:
    answer = await sharing.ask(sharing.author, "GET", "/v1/unassigned-accounts", **query)
    assert answer.status_code == 200, answer.text
    return {item["account_id"]: item for item in answer.json()["items"]}


async def retried(sharing: Sharing, later: timedelta = timedelta()) -> int:
    services = sharing.house.services
    return await retry_waiting(services.database, services.settings, datetime.now(UTC) + later)


async def at_cap(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    await changed(sharing, update(Staff).where(Staff.department_id == sharing.department_id).values(max_accounts=0))
    seller = sharing.sellers[0].id
    return await sharing.account(), lambda: changed(
        sharing, update(Staff).where(Staff.id == seller).values(max_accounts=5)
    )


async def away(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    ids = [one.id for one in sharing.sellers]
    rows = [
        {"id": new_id(), "staff_id": one, "kind": "leave", "starts_on": TODAY - timedelta(days=1),
         "ends_on": TODAY + timedelta(days=1)} for one in (*ids, sharing.author.id)
    ]  # fmt: skip
    await changed(sharing, insert(Absence).values(rows))
    back = update(Absence).where(Absence.staff_id == ids[0]).values(ends_on=TODAY - timedelta(days=1))
    return await sharing.account(), lambda: changed(sharing, back)


async def on_leave(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    there = Staff.department_id == sharing.department_id
    await changed(sharing, update(Staff).where(there).values(status="on_leave"))
    return await sharing.account(), lambda: changed(sharing, update(Staff).where(there).values(status="active"))


async def elsewhere(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    seller = sharing.sellers[0].id
    wider = update(Staff).where(Staff.id == seller).values(regions=["华东", "西北"])
    return await sharing.account(region="西北"), lambda: changed(sharing, wider)


async def ruled_out(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    async def published() -> None:
        await changed(sharing, update(Rulebook).values(state="retired"))
        await sharing.house.rulebook(hard_rules={"region": False})

    return await sharing.account(region="西北"), published


async def unverified(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    account = await sharing.account(verified_at=datetime.now(UTC) - timedelta(days=900))
    fresh = update(Account).where(Account.id == account).values(verified_at=datetime.now(UTC))
    return account, lambda: changed(sharing, fresh)


async def ungraded(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    account = await sharing.account(tier=None)
    return account, lambda: sharing.grade(account, "silver")


async def without_rate(sharing: Sharing) -> tuple[UUID, Callable[[], Awaitable[None]]]:
    account = await sharing.account(potential_currency="USD", potential_value_base=None)
    valued = update(Account).where(Account.id == account).values(potential_value_base=700_000)
    return account, lambda: changed(sharing, valued)


@pytest.mark.parametrize(
    ("waits", "reason", "remedy"),
    [
        (at_cap, "all_at_cap", "raise_cap"),
        (away, "all_absent", "wait_for_return"),
        (on_leave, "all_absent", "wait_for_return"),
        (elsewhere, "no_eligible_person", "widen_region"),
        (ruled_out, "no_eligible_person", "widen_region"),
        (unverified, "held_back:stale", "refresh_account"),
        (ungraded, "held_back:no_tier", "grade_account"),
        (without_rate, "held_back:missing_rate", "enter_exchange_rate"),
    ],
)
async def test_an_account_waits_with_its_reason_and_is_given_out_when_that_has_gone(
    house: House, waits: Callable[[Sharing], Any], reason: str, remedy: str
) -> None:
    sharing = await Sharing.of(house)
    account, mend = await waits(sharing)
    assert await routed(sharing, account) is None
    told = (await queue(sharing))[str(account)]
    assert (told["reason"], told["remedy"], told["department_id"]) == (reason, remedy, str(sharing.department_id))
    assert told["reason_text"]["zh"]
    assert told["remedy_text"]["en"]
    assert await retried(sharing) == 0
    decisions = select(func.count()).select_from(Decision)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(decisions) == 1
    await mend()
    assert (await queue(sharing))[str(account)]["reason"] == "due"
    assert await retried(sharing) == 1
    assert (await sharing.owners())[str(account)] in {str(one.id) for one in (*sharing.sellers, sharing.author)}
    assert await queue(sharing) == {}
    assert await retried(sharing) == 0


async def test_an_appeal_that_is_decided_frees_what_a_leaver_still_had(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, _, idle = sharing.sellers
    judge = await house.person("mediator")
    account = await sharing.account(leaver)
    task = new_id()
    values = {"id": task, "account_id": account, "subject": "商务谈判", "state": "in_progress", "origin": "manual"}
    await changed(sharing, insert(Task).values(**values, assignee_id=leaver.id))
    [held] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    body = {"assignment_id": held["id"], "grounds": ["territory"], "statement": "该客户在本人区域。"}
    path = (await sharing.ask(idle, "POST", "/v1/appeals", body)).headers["Location"]
    await sharing.applied(mode="leaver", staff_id=str(leaver.id), department_id=str(sharing.department_id))
    assert (await queue(sharing))[str(account)]["reason"] == "held_back:under_appeal"
    assert await retried(sharing) == 0
    withdrawn = await sharing.ask(idle, "POST", f"{path}/withdraw", {})
    assert (withdrawn.status_code, judge.code in withdrawn.text) == (200, False)
    assert await retried(sharing) == 1
    owner = (await sharing.owners())[str(account)]
    assert owner != str(leaver.id)
    async with house.services.database.reading() as connection:
        assert str(await connection.scalar(select(Task.assignee_id).where(Task.id == task))) == owner


async def test_nobody_waits_for_a_leaver_whose_place_others_took_until_they_are_back(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver = await house.person("sales_rep", department_id=sharing.department_id, regions=["西北"])
    admin = await house.person("admin")
    account = await sharing.account(leaver, region="西北")
    assert await routed(sharing, await sharing.account()) is not None
    await sharing.applied(mode="leaver", staff_id=str(leaver.id), department_id=str(sharing.department_id))
    told = (await queue(sharing))[str(account)]
    assert (told["reason"], told["remedy"], told["since"][-1]) == ("no_eligible_person", "widen_region", "Z")
    assert leaver.code not in str(told["remedy_text"])
    for verb, reason in (("activate", "due"), ("suspend", "all_absent")):
        moved = await sharing.ask(admin, "POST", f"/v1/staff/{leaver.id}/{verb}", {"reason": "返岗"})
        assert moved.status_code == 200, moved.text
        assert (await queue(sharing))[str(account)]["reason"] == reason


async def test_what_outgrew_the_ledger_is_told_and_given_out_on_a_fresh_one(house: House) -> None:
    sharing = await Sharing.of(house)
    small, mend = await at_cap(sharing)
    large = await sharing.account()
    for account in (small, large):
        assert await routed(sharing, account) is None
    await changed(sharing, update(Account).where(Account.id == large).values(potential_value_base=90_000_000_000_000))
    reasons = {one: item["reason"] for one, item in (await queue(sharing)).items()}
    assert reasons == {str(small): "all_at_cap", str(large): "outgrown"}
    await mend()
    assert await retried(sharing) == 2
    assert set(await sharing.owners()) == {str(small), str(large)}


async def test_whoever_came_back_keeps_what_they_still_have(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, _, idle = sharing.sellers
    await house.person("mediator")
    account = await sharing.account(leaver)
    [held] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    body = {"assignment_id": held["id"], "grounds": ["territory"], "statement": "该客户在本人区域。"}
    path = (await sharing.ask(idle, "POST", "/v1/appeals", body)).headers["Location"]
    await sharing.applied(mode="leaver", staff_id=str(leaver.id), department_id=str(sharing.department_id))
    assert list(await queue(sharing)) == [str(account)]
    await changed(sharing, update(Staff).where(Staff.id == leaver.id).values(status="active"))
    assert await queue(sharing) == {}
    assert (await sharing.ask(idle, "POST", f"{path}/withdraw", {})).status_code == 200
    assert await retried(sharing) == 0
    assert (await sharing.owners())[str(account)] == str(leaver.id)


async def test_what_waits_in_vain_keeps_no_other_from_its_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    sharing = await Sharing.of(house)
    elsewhere = await sharing.account(region="西北")
    account, mend = await at_cap(sharing)
    for one in (elsewhere, account):
        assert await routed(sharing, one) is None
    await mend()
    assert [await retried(sharing, timedelta(minutes=later)) for later in (0, 1, 2)] in ([0, 1, 0], [1, 0, 0])
    assert set(await sharing.owners()) == {str(account)}


async def test_a_team_whose_ledger_is_not_kept_keeps_no_other_team_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharing = await Sharing.of(house)
    of_company = await sharing.account()
    account, mend = await at_cap(sharing)
    assert await routed(sharing, account) is None
    asked = {"kind": "route", "account_id": of_company, "position": 0, "reason": "no_eligible_person"}
    await changed(sharing, insert(Decision).values(id=new_id(), **asked))
    await mend()
    monkeypatch.setattr(ledgers, "AT_ONCE", 1)
    assert await retried(sharing) == 1
    assert set(await sharing.owners()) == {str(account)}
    assert (await sharing.ask(sharing.author, "GET", "/v1/unassigned-accounts")).status_code == 503


async def test_scarce_room_goes_to_the_highest_priority_first(house: House) -> None:
    sharing = await Sharing.of(house, sellers=1)
    [seller] = sharing.sellers
    room = update(Staff).where(Staff.department_id == sharing.department_id)
    await changed(sharing, room.values(max_accounts=0))
    small, large, middle = [await sharing.account(potential_value_base=value) for value in (10, 90_000, 500)]
    for account in (small, large, middle):
        assert await routed(sharing, account) is None
    await changed(sharing, update(Staff).where(Staff.id == seller.id).values(max_accounts=2))
    assert {one: item["reason"] for one, item in (await queue(sharing)).items()} == {
        str(large): "due", str(middle): "due", str(small): "all_at_cap",
    }  # fmt: skip
    assert await retried(sharing) == 2
    assert set(await sharing.owners()) == {str(large), str(middle)}


async def test_what_nobody_asked_about_or_an_appeal_released_waits_for_a_person(house: House) -> None:
    sharing = await Sharing.of(house)
    gone, _ = sharing.sellers
    new, theirs, released = await sharing.account(), await sharing.account(gone), await sharing.account()
    await changed(
        sharing,
        update(Staff).where(Staff.id == gone.id).values(status="left"),
        insert(Decision).values(
            id=new_id(),
            kind="appeal",
            account_id=released,
            position=0,
            previous_owner_id=gone.id,
            reason="appeal_upheld",
        ),
    )
    told = {one: (item["reason"], item["remedy"]) for one, item in (await queue(sharing)).items()}
    assert told == {
        str(new): ("never_asked", "ask_the_rule"),
        str(theirs): ("owner_left", "make_handover"),
        str(released): ("released", "ask_the_rule"),
    }
    assert await retried(sharing) == 0


async def test_the_queue_is_read_by_page_team_and_standing(house: House) -> None:
    sharing = await Sharing.of(house)
    accounts = [await sharing.account(region="西北") for _ in range(3)]
    for account in accounts:
        await routed(sharing, account)
    fresh = await sharing.account()
    assert list(await queue(sharing, department_id=str(sharing.department_id))) == [*map(str, accounts)]
    assert await queue(sharing, department_id=str(new_id())) == {}
    first = (await sharing.ask(sharing.author, "GET", "/v1/unassigned-accounts", limit=3)).json()
    rest = await queue(sharing, cursor=first["next_cursor"], limit=3)
    assert [item["account_id"] for item in first["items"]] + list(rest) == [*map(str, accounts), str(fresh)]
    for who, status in ((sharing.sellers[0], 403), (await house.person("data_steward"), 200)):
        assert (await sharing.ask(who, "GET", "/v1/unassigned-accounts")).status_code == status


async def test_workers_at_once_and_a_hand_that_is_faster_leave_one_owner(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house)
    account, mend = await at_cap(sharing)
    assert await routed(sharing, account) is None
    await mend()
    by_hand = {
        "account_id": str(account),
        "staff_id": str(sharing.sellers[0].id),
        "reason": "紧急",
        "replaces_id": None,
    }
    *given, assigned = await asyncio.gather(
        *(retried(sharing) for _ in range(4)), sharing.ask(sharing.leader, "POST", "/v1/assignments", by_hand)
    )
    assert (sum(given), assigned.status_code) in {(1, 409), (0, 201)}, assigned.text
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(Assignment)) == 1
