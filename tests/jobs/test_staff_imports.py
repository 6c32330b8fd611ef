"""Lists of people through the import: entered, changed, given roles, refused."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from service.models import AuditEntry, RoleGrant, Staff
from tests.house import LONG_AGO, House
from tests.sending import Sender, counts, csv_of

CHINESE = (
    "工号",
    "姓名",
    "部门",
    "职务",
    "邮箱",
    "区域",
    "行业",
    "产品",
    "经验等级",
    "全职比例",
    "最多客户数",
    "每月工时上限",
)
ENGLISH = (
    "Staff code", "Name", "Department", "Title", "E-mail", "Regions", "Industries", "Products", "Experience level",
    "FTE", "Max accounts", "Max workload hours",
)  # fmt: skip
ZHANG = (
    "S0001", "张伟", "华东销售部", "大客户经理", "zhangwei@example.com", "华东、华南", "制造", "产品A、产品B",
    "4", "80%", "60", "152.5",
)  # fmt: skip


async def administrator(house: House) -> Sender:
    return await Sender.of(house, "admin")


async def people(sender: Sender) -> dict[str, dict[str, Any]]:
    return {person["code"]: person for person in await sender.items("/v1/staff", limit="200")}


@pytest.mark.parametrize("headings", [CHINESE, ENGLISH], ids=["zh", "en"])
async def test_a_list_of_people_comes_in_whole(house: House, headings: Sequence[str]) -> None:
    department = await house.department("华东销售部")
    sender = await administrator(house)
    import_ = await sender.taken(csv_of(tuple(headings), ZHANG), "员工.csv", target="staff")
    assert (import_["match_on"], counts(import_)) == ("code", {"created": 1})
    zhang = (await people(sender))["S0001"]
    [row] = await sender.rows(import_)
    assert (row["staff_id"], row["account_id"], row["kept"]) == (zhang["id"], None, {})
    expected = {
        "name": "张伟",
        "title": "大客户经理",
        "email": "zhangwei@example.com",
        "department_id": str(department),
        "regions": ["华东", "华南"],
        "industries": ["制造"],
        "products": ["产品A", "产品B"],
        "experience_level": 4,
        "fte": "0.800",
        "max_accounts": 60,
        "max_workload_hours": "152.50",
        "status": "invited",
        "roles": [],
    }
    assert {name: zhang[name] for name in expected} == expected
    assert [person["code"] for person in await sender.items("/v1/staff", q="zw")] == ["S0001"]


async def test_the_same_list_again_changes_nothing_and_a_mended_one_only_what_differs(house: House) -> None:
    await house.department("华东销售部")
    sender = await administrator(house)
    await sender.taken(csv_of(CHINESE, ZHANG), target="staff")
    before = (await people(sender))["S0001"]
    assert counts(await sender.taken(csv_of(CHINESE, ZHANG), target="staff")) == {"unchanged": 1}
    assert (await people(sender))["S0001"] == before
    mended = await sender.taken(csv_of(("工号", "姓名", "经验等级"), ("S0001", "张伟", "5")), target="staff")
    assert counts(mended) == {"updated": 1}
    after = (await people(sender))["S0001"]
    assert (after["experience_level"], after["version"]) == (5, before["version"] + 1)
    differing = {name for name, value in after.items() if before[name] != value} - {"updated_at"}
    assert differing == {"experience_level", "version"}


async def test_a_dry_run_tells_the_same_and_writes_nothing(house: House) -> None:
    sender = await administrator(house)
    content = csv_of(("工号", "姓名"), ("S0001", "张伟"), ("S0002", ""))
    dry = await sender.taken(content, target="staff", validate_only=True)
    assert (dry["state"], counts(dry)) == ("validated", {"created": 1, "rejected": 1})
    assert "S0001" not in await people(sender)
    assert await sender.codes(dry) == [[], ["required_missing"]]
    assert counts(await sender.run(await sender.confirm(dry["id"], validate_only=False))) == counts(dry)
    assert "S0001" in await people(sender)


async def test_what_a_person_cannot_have_is_told_at_its_column_and_kept(house: House) -> None:
    sender = await administrator(house)
    rows = (
        ("工号", "姓名", "部门", "邮箱", "经验等级", "全职比例", "角色"),
        ("S0001", "张伟", "火星部", "不是邮箱", "9", "150%", "国王"),
    )
    import_ = await sender.taken(csv_of(*rows), target="staff")
    assert counts(import_) == {"created": 1, "with_warnings": 1}
    [row] = await sender.rows(import_)
    assert {(error["column"], error["code"], error["rejects"]) for error in row["errors"]} == {
        ("C", "unknown_department", False),
        ("D", "bad_email", False),
        ("E", "experience_out_of_range", False),
        ("F", "fte_out_of_range", False),
        ("G", "unknown_role", False),
    }
    assert all(error["detail"]["en"] and error["detail"]["zh"] for error in row["errors"])
    assert row["kept"] == {"部门": "火星部", "邮箱": "不是邮箱", "经验等级": "9", "全职比例": "1.5", "角色": "国王"}
    zhang = (await people(sender))["S0001"]
    assert (zhang["department_id"], zhang["experience_level"], zhang["fte"], zhang["roles"]) == (None, 1, "1.000", [])
    async with house.services.database.reading() as connection:
        granted = select(RoleGrant.role).where(RoleGrant.staff_id == zhang["id"])
        assert (await connection.scalars(granted)).all() == []
        told = await connection.scalar(select(AuditEntry.data).where(AuditEntry.subject_id == zhang["id"]))
    assert "员工" not in str(told)


async def test_a_list_makes_sellers_who_may_be_given_accounts_and_only_proposes_power(house: House) -> None:
    sender = await administrator(house)
    rows = (
        ("工号", "姓名", "角色", "状态"),
        ("T0001", "张伟", "业务员、Technical support", "在职"),
        ("T0002", "李娜", "总监", "在职"),
        ("T0003", "王芳", "sales_rep", ""),
    )
    import_ = await sender.taken(csv_of(*rows), "员工.csv", target="staff")
    assert (counts(import_), await sender.codes(import_)) == (
        {"created": 3, "with_warnings": 1},
        [[], ["role_proposed"], []],
    )
    found = await people(sender)
    assert {code: (set(found[code]["roles"]), found[code]["status"]) for code in ("T0001", "T0002", "T0003")} == {
        "T0001": ({"sales_rep", "tech_support"}, "active"),
        "T0002": (set(), "active"),
        "T0003": ({"sales_rep"}, "invited"),
    }
    [grant] = await sender.items("/v1/role-grants", staff_id=found["T0002"]["id"])
    assert (grant["role"], grant["state"], grant["granted_by"]) == ("director", "proposed", str(sender.person.id))
    assert grant["reason"].endswith("员工.csv")
    assert counts(await sender.taken(csv_of(*rows), target="staff")) == {"unchanged": 3}
    leader = await Sender.of(house, "general_manager")
    answer = await leader.post(f"/v1/role-grants/{grant['id']}/approve", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "effective")
    begun = await sender.taken(csv_of(("工号", "姓名", "状态"), ("T0003", "王芳", "active")), target="staff")
    assert (counts(begun), (await people(sender))["T0003"]["status"]) == ({"updated": 1}, "active")


async def test_whoever_a_list_brings_back_is_no_longer_replaced_by_those_who_took_over_from_them(house: House) -> None:
    sender = await administrator(house)
    back = await house.person("sales_rep", code="T0001", name="张伟", status="invited", handed_over_at=LONG_AGO)
    begun = await sender.taken(csv_of(("工号", "姓名", "状态"), ("T0001", "张伟", "在职")), target="staff")
    assert counts(begun) == {"updated": 1}
    async with house.services.database.reading() as connection:
        found = await connection.execute(select(Staff.status, Staff.handed_over_at).where(Staff.id == back.id))
    assert found.one() == ("active", None)


async def test_a_list_ends_no_time_here_and_gives_no_role_to_its_sender_or_to_whom_has_left(house: House) -> None:
    sender = await administrator(house)
    await house.person("sales_rep", code="T0001", name="张伟")
    await house.person(code="T0002", name="李娜", status="left")
    rows = (
        ("工号", "姓名", "角色", "状态"),
        ("T0001", "张伟", "业务员、财务人员", "离职"),
        ("T0002", "李娜", "业务员", "在职"),
        (sender.person.code, f"员工 {sender.person.code}", "业务员", "在职"),
    )
    import_ = await sender.taken(csv_of(*rows), target="staff")
    assert counts(import_) == {"unchanged": 3, "with_warnings": 3}
    assert await sender.codes(import_) == [
        ["status_is_moved", "roles_after_leaving"],
        ["status_is_moved", "roles_after_leaving"],
        ["own_roles"],
    ]
    kept = [row["kept"] for row in await sender.rows(import_)]
    assert kept == [
        {"状态": "left", "角色": "finance"},
        {"状态": "active", "角色": "sales_rep"},
        {"角色": "sales_rep"},
    ]
    found = await people(sender)
    assert (found["T0001"]["status"], found["T0002"]["roles"], found[sender.person.code]["roles"]) == (
        "active",
        [],
        ["admin"],
    )


async def test_rejected_rows_come_back_with_their_reasons(house: House) -> None:
    sender = await administrator(house)
    rows = (
        ("工号", "姓名"),
        ("S0001", "张伟"),
        ("S0001", "李娜"),
        ("有空 格", "王芳"),
        ("", "赵敏"),
        ("S0005", "周洋"),
    )
    import_ = await sender.taken(csv_of(*rows), "员工.csv", target="staff")
    assert counts(import_) == {"created": 1, "rejected": 4}
    assert await sender.codes(import_) == [
        ["person_repeated"],
        ["person_repeated"],
        ["bad_staff_code"],
        ["required_missing"],
        [],
    ]
    file = (await sender.get(f"/v1/imports/{import_['id']}/rejected", format="csv")).content.decode("utf-8-sig")
    assert file.splitlines()[1].endswith("Several rows have this staff code; keep one.,S0001,张伟")
    assert "S0005" not in file


async def test_in_atomic_mode_one_bad_row_keeps_everybody_out(house: House) -> None:
    sender = await administrator(house)
    content = csv_of(("工号", "姓名"), ("S0001", "张伟"), ("S0002", ""))
    import_ = await sender.taken(content, target="staff", mode="atomic")
    assert (import_["state"], import_["problem"]["code"]) == ("failed", "rows_rejected")
    assert "S0001" not in await people(sender)


async def test_only_who_may_enter_people_imports_them_and_enters_no_accounts_so(house: House) -> None:
    content = csv_of(("工号", "姓名"), ("S0001", "张伟"))
    for roles in (("director",), ("key_account_manager",), ("data_steward",)):
        sender = await Sender.of(house, *roles)
        assert (await sender.send(content, target="staff")).status_code == 403
    admin = await administrator(house)
    refused: httpx.Response = await admin.send(csv_of(("客户名称",), ("华兴科技有限公司",)), target="accounts")
    assert refused.status_code == 403


async def test_a_list_of_people_is_matched_by_code_alone(house: House) -> None:
    sender = await administrator(house)
    content = csv_of(("工号", "姓名"), ("S0001", "张伟"))
    refused = await sender.send(content, target="staff", match_on="name_region", confirm=True)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "match_not_for_staff")


async def test_people_who_move_take_their_line_along(house: House) -> None:
    department = await house.department("华南销售部")
    lead = await house.person("department_manager", department_id=department)
    seller = await house.person("sales_rep", code="S0777", name="林涛")
    account = await house.account(seller)
    sender = await administrator(house)
    rows = (("工号", "姓名", "部门"), ("S0777", "林涛", "华南销售部"))
    assert counts(await sender.taken(csv_of(*rows), target="staff")) == {"updated": 1}
    async with house.client(lead) as client:
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 200


async def test_details_of_people_are_hidden_from_who_did_not_send_the_file(house: House) -> None:
    sender, steward = await administrator(house), await Sender.of(house, "data_steward")
    rows = (("工号", "姓名", "邮箱", "全职比例"), ("S0001", "张伟", "a@example.com", "50%"))
    import_ = await sender.taken(csv_of(*rows), target="staff")
    [row] = await steward.rows(import_)
    assert row["cells"] == ["S0001", "张伟", None, None]
