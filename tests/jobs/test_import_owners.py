"""Owners whom the rows of an import name: made responsible, or told why not."""

from typing import Any

import pytest
from sqlalchemy import update

from service.models import Account, Staff
from tests.house import House
from tests.sending import Sender, counts, csv_of

HEADINGS = ("客户编号", "客户名称", "所属行业", "地域分布", "潜在价值", "负责人")


def sheet(*owners: str) -> bytes:
    rows = ((f"KH-{at:03d}", f"示例{at}有限公司", "制造", "华东", "10万", owner) for at, owner in enumerate(owners, 1))
    return csv_of(HEADINGS, *rows)


async def owners(sender: Sender) -> dict[str, Any]:
    return {account["code"]: account["owner_id"] for account in await sender.items("/v1/accounts", limit="200")}


async def director(house: House) -> Sender:
    return await Sender.of(house, "director")


async def test_the_named_owner_becomes_responsible(house: House) -> None:
    seller = await house.person("sales_rep", name="林涛")
    sender = await director(house)
    import_ = await sender.taken(sheet("林涛", seller.code, ""), "客户.csv")
    assert counts(import_) == {"created": 3}
    assert await owners(sender) == {"KH-001": str(seller.id), "KH-002": str(seller.id), "KH-003": None}
    assert [row["kept"] for row in await sender.rows(import_)] == [{}, {}, {}]
    [assignment, _] = await sender.items("/v1/assignments", staff_id=str(seller.id))
    assert (assignment["origin"], assignment["reason"]) == ("manual", "导入文件 / imported file: 客户.csv")
    assert (await sender.get(f"/v1/assignments/{assignment['id']}/explanation")).json()["by_hand"]
    async with house.client(seller) as client:
        assert {account["code"] for account in (await client.get("/v1/accounts")).json()["items"]} == {
            "KH-001",
            "KH-002",
        }


async def test_the_same_file_again_changes_nothing(house: House) -> None:
    await house.person("sales_rep", name="林涛")
    sender = await director(house)
    await sender.taken(sheet("林涛"))
    again = await sender.taken(sheet("林涛"))
    assert (counts(again), await sender.codes(again)) == ({"unchanged": 1}, [[]])


async def test_an_account_without_an_owner_gets_the_one_that_a_later_file_names(house: House) -> None:
    seller = await house.person("sales_rep", name="林涛")
    sender = await director(house)
    await sender.taken(sheet(""))
    assert counts(await sender.taken(sheet("林涛"))) == {"updated": 1}
    assert await owners(sender) == {"KH-001": str(seller.id)}


async def test_a_row_tells_why_nobody_became_responsible(house: House) -> None:
    seller = await house.person("sales_rep", name="林涛")
    await house.person("sales_rep", name="王芳")
    await house.person("sales_rep", name="王芳")
    await house.person("sales_rep", name="赵敏", status="invited")
    other = await house.person("sales_rep", name="周洋")
    sender = await director(house)
    await sender.taken(sheet("林涛"))
    import_ = await sender.taken(sheet("周洋", "王芳", "没有此人", "赵敏", "周洋"))
    assert await sender.codes(import_) == [
        ["owned_by_another"],
        ["unknown_person"],
        ["unknown_person"],
        ["not_assignable"],
        [],
    ]
    rows = await sender.rows(import_)
    assert [row["kept"] for row in rows[:4]] == [{"负责人": name} for name in ("周洋", "王芳", "没有此人", "赵敏")]
    assert {error["column"] for row in rows for error in row["errors"]} == {"F"}
    assert await owners(sender) == {
        "KH-001": str(seller.id),
        **dict.fromkeys(("KH-002", "KH-003", "KH-004"), None),
        "KH-005": str(other.id),
    }


async def test_who_may_not_assign_enters_the_account_alone(house: House) -> None:
    await house.person("sales_rep", name="林涛")
    sender = await Sender.of(house, "data_steward")
    import_ = await sender.taken(sheet("林涛"))
    assert (counts(import_), await sender.codes(import_)) == ({"created": 1, "with_warnings": 1}, [["may_not_assign"]])


async def test_published_rules_and_caps_bind_named_owners_too(house: House) -> None:
    await house.rulebook()
    seller = await house.person("sales_rep", name="林涛", max_accounts=1)
    await house.person("sales_rep", name="王芳", regions=["华南"])
    sender = await director(house)
    content = sheet("林涛", "林涛", "王芳")
    for dry in (True, False):
        import_ = await sender.taken(content, validate_only=dry)
        assert await sender.codes(import_) == [[], ["hard_rule_broken"], ["hard_rule_broken"]]
    [_, capped, elsewhere] = await sender.rows(import_)
    assert "1" in capped["errors"][0]["detail"]["en"]
    assert "华东" in elsewhere["errors"][0]["detail"]["zh"]
    assert await owners(sender) == {"KH-001": str(seller.id), "KH-002": None, "KH-003": None}


async def test_nobody_verifies_the_accounts_that_they_bring_for_themselves(house: House) -> None:
    department = await house.department()
    manager = await Sender.of(house, "key_account_manager", department_id=department, name="周洋")
    await house.person("sales_rep", name="林涛", department_id=department)
    await manager.taken(sheet("周洋", "林涛"))
    verified = {one["code"]: one["verified_at"] is not None for one in await manager.items("/v1/accounts")}
    assert verified == {"KH-001": False, "KH-002": True}


@pytest.mark.parametrize("role", ["data_steward", "director"])
async def test_the_same_file_from_a_steward_verifies_what_a_director_entered(house: House, role: str) -> None:
    sender, second = await director(house), await Sender.of(house, role)
    await sender.taken(sheet("", ""))
    import_ = await second.taken(sheet("", ""))
    verified = [one["verified_at"] is not None for one in await second.items("/v1/accounts")]
    expected = role == "data_steward"
    assert verified == [expected, expected]
    assert counts(import_) == {"updated" if expected else "unchanged": 2}


async def test_a_file_that_leaves_out_what_decides_verifies_nothing(house: House) -> None:
    sender, steward = await director(house), await Sender.of(house, "data_steward")
    await sender.taken(sheet(""))
    await steward.taken(csv_of(("客户编号", "客户名称", "地域分布"), ("KH-001", "示例1有限公司", "华东")))
    [account] = await steward.items("/v1/accounts")
    assert account["verified_at"] is None


async def test_an_owner_cannot_verify_by_sending_the_file_again(house: House) -> None:
    department = await house.department()
    manager = await Sender.of(house, "key_account_manager", department_id=department, name="周洋")
    await manager.taken(sheet("周洋"))
    await manager.taken(sheet("周洋"))
    [account] = await manager.items("/v1/accounts")
    assert account["verified_at"] is None


async def test_who_left_the_company_is_not_made_responsible(house: House) -> None:
    seller = await house.person("sales_rep", name="林涛")
    sender = await director(house)
    await sender.taken(sheet(""))
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == seller.id).values(status="left"))
        await session.execute(update(Account).values(lifecycle="active"))
    assert await sender.codes(await sender.taken(sheet("林涛"))) == [["unknown_person"]]
