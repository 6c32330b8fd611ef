"""Imports from file to accounts, contacts and tasks, their jobs run for real."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import (
    Account,
    AccountMembership,
    AuditEntry,
    Contact,
    ExchangeRate,
    ImportRow,
    OutboxMessage,
    Staff,
    Task,
    new_id,
)
from tests.house import House
from tests.sending import Sender, counts, csv_of

DATA = Path(__file__).parent.parent / "data"


async def number_of(house: House, model: type[Any]) -> int:
    async with house.services.database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(model)) or 0)


async def rate(house: House, currency: str, value: str, day: date) -> None:
    async with house.services.database.transaction() as session:
        row = {"id": new_id(), "currency": currency, "valid_from": day, "rate": Decimal(value)}
        await session.execute(insert(ExchangeRate).values(row))


async def everything(house: House) -> list[int]:
    """How much there is that an import may write, its own report apart."""
    models = (Account, AccountMembership, Contact, Task, AuditEntry, OutboxMessage)
    return [await number_of(house, model) for model in models]


@pytest.mark.parametrize("name", ["daily_management.csv", "daily_management.xlsx"])
async def test_the_daily_management_table_comes_in_whole(house: House, name: str) -> None:
    sender = await Sender.of(house)
    import_ = await sender.taken((DATA / name).read_bytes(), name)
    assert counts(import_) == {"created": 3, "with_warnings": 1}
    accounts = {account["name"]: account for account in await sender.items("/v1/accounts")}
    assert {name: account["industry"] for name, account in accounts.items()} == {
        "华兴科技有限公司": "制造业",
        "东方电器集团": "零售业",
        "江海物流股份有限公司": "物流业",
    }
    contacts = {}
    for account in accounts.values():
        [contacts[account["name"]]] = await sender.items(f"/v1/accounts/{account['id']}/contacts")
    told = {customer: (one["name"], one["mobile_state"], one["email_state"]) for customer, one in contacts.items()}
    assert told == {
        "华兴科技有限公司": ("陈静", "masked", "valid"),
        "东方电器集团": ("刘洋", "masked", "valid"),
        "江海物流股份有限公司": ("周敏", "masked", "absent"),
    }
    assert contacts["江海物流股份有限公司"]["mobile"] == "136xxxxxx21"
    rows = await sender.rows(import_)
    assert [row["account_id"] for row in rows] == [accounts[row["cells"][1]]["id"] for row in rows]
    assert [row["contact_id"] for row in rows] == [contacts[row["cells"][1]]["id"] for row in rows]
    assert rows[0]["kept"] == {
        "历史交易记录": "2023-01-01，产品A，¥10,000",
        "订单状态与进度": "已下单",
        "客户服务记录": "2023-01-05 电话回访，客户满意",
        "市场活动参与情况": "参加春季新品发布会",
    }
    assert [error["code"] for error in rows[2]["errors"]] == ["contact_unverified"]


@pytest.mark.parametrize("name", ["division_of_labour.csv", "division_of_labour.xlsx"])
async def test_the_division_table_comes_in_whole(house: House, name: str) -> None:
    department = await house.department()
    wang = await house.person("key_account_supervisor", name="王芳", department_id=department)
    sender = await Sender.of(house, department_id=department)
    import_ = await sender.taken((DATA / name).read_bytes(), name)
    assert counts(import_) == {"created": 3}
    tasks = {task["subject"]: task for task in await sender.items("/v1/tasks")}
    expected = {
        "商务谈判": ("华兴科技有限公司", "张伟", "2024-02-15", "2024-02-10", "done", "提前完成"),
        "技术支持": ("东方电器集团", "李娜", "2024-03-01", None, "in_progress", "需提前准备相关材料"),
        "合同签订": ("江海物流股份有限公司", "王芳", "2024-03-20", None, "not_started", None),
    }
    shown = ("account_name", "assignee_text", "planned_on", "actual_on", "state", "note")
    assert {subject: tuple(task[field] for field in shown) for subject, task in tasks.items()} == expected
    assert {task["contact_text"] for task in tasks.values()} == {"138xxxxxx88", "139xxxxxx66", "136xxxxxx21"}
    assert {task["assignee_id"] for task in tasks.values()} == {None, str(wang.id)}
    assert tasks["合同签订"]["origin"] == "import"


async def test_a_task_is_given_to_those_alone_who_see_the_account(house: House) -> None:
    stranger = await house.person("sales_rep", name="王芳")
    director = await house.person("director", name="李娜")
    sender = await Sender.of(house)
    content = (DATA / "division_of_labour.csv").read_bytes()
    first = await sender.taken(content)
    assert counts(first) == {"created": 3, "with_warnings": 1}
    assert [[error["code"] for error in row["errors"]] for row in await sender.rows(first)] == [
        [],
        [],
        ["not_on_team"],
    ]
    tasks = {task["subject"]: task for task in await sender.items("/v1/tasks")}
    given = {subject: (task["assignee_text"], task["assignee_id"]) for subject, task in tasks.items()}
    assert given == {
        "商务谈判": ("张伟", None),
        "技术支持": ("李娜", str(director.id)),
        "合同签订": ("王芳", None),
    }
    await house.assign(UUID(tasks["合同签订"]["account_id"]), stranger)
    assert counts(await sender.taken(content)) == {"unchanged": 2, "updated": 1}
    linked = {task["subject"]: task["assignee_id"] for task in await sender.items("/v1/tasks")}
    assert linked == {"商务谈判": None, "技术支持": str(director.id), "合同签订": str(stranger.id)}


async def test_both_tables_speak_of_the_same_accounts(house: House) -> None:
    sender = await Sender.of(house)
    await sender.taken((DATA / "daily_management.csv").read_bytes())
    second = await sender.taken((DATA / "division_of_labour.csv").read_bytes())
    assert counts(second) == {"updated": 3}
    assert len(await sender.items("/v1/accounts")) == 3
    assert [(item["name"]) for item in await sender.items("/v1/accounts", q="陈静")] == ["华兴科技有限公司"]


@pytest.mark.parametrize("name", ["daily_management.csv", "division_of_labour.xlsx"])
async def test_the_same_file_twice_changes_nothing(house: House, name: str) -> None:
    sender = await Sender.of(house)
    content = (DATA / name).read_bytes()
    await sender.taken(content, name)
    before = await everything(house)
    assert counts(await sender.taken(content, name))["unchanged"] == 3
    accounts, members, contacts, tasks, entries, messages = await everything(house)
    assert [accounts, members, contacts, tasks] == before[:4]
    assert (entries - before[4], messages - before[5]) == (3, 3)  # the import itself: sent, confirmed, finished


async def test_changed_cells_update_what_is_there(house: House) -> None:
    sender = await Sender.of(house)
    headings = (
        "客户编号",
        "客户名称",
        "所属行业",
        "潜在价值",
        "联系人",
        "邮箱",
        "主要任务",
        "预计完成日期",
        "状态",
        "备注",
    )
    first = ("C-1", "华兴科技", "制造", "100万", "陈静", "chen@example.com", "谈判", "2024-03-01", "进行中", "甲")
    second = ("C-1", "华兴科技股份", "电子", "1.5亿", "陈静", "jing@example.com", "谈判", "2024-03-01", "已取消", "乙")
    await sender.taken(csv_of(headings, first))
    assert counts(await sender.taken(csv_of(headings, second))) == {"updated": 1}
    [account] = await sender.items("/v1/accounts", q="股份")
    assert (account["name"], account["industry"], account["version"]) == ("华兴科技股份", "电子", 2)
    assert account["potential_value_base"] == {"amount": "150000000.00", "currency": "CNY"}
    [contact] = await sender.items(f"/v1/accounts/{account['id']}/contacts")
    assert contact["email"] == "jing@example.com"
    assert [item["id"] for item in await sender.items("/v1/accounts", q="jing@example.com")] == [account["id"]]
    [task] = await sender.items("/v1/tasks")
    assert (task["state"], task["note"]) == ("cancelled", "乙")
    history = await sender.items(f"/v1/accounts/{account['id']}/timeline")
    assert {entry["action"] for entry in history} >= {"account.changed", "contact.changed", "task.changed"}


async def test_a_blank_cell_empties_nothing(house: House) -> None:
    sender = await Sender.of(house)
    await sender.taken(csv_of(("客户名称", "所属行业", "合作意向"), ("华兴", "制造", "高")))
    again = await sender.taken(csv_of(("客户名称", "所属行业", "合作意向"), ("华兴", "", "-")))
    assert counts(again) == {"unchanged": 1}


async def test_a_good_number_does_not_give_way_to_a_masked_one(house: House) -> None:
    sender = await Sender.of(house)
    headings = ("客户名称", "联系人", "手机")
    await sender.taken(csv_of(headings, ("华兴", "陈静", "13800138000")))
    again = await sender.taken(csv_of(headings, ("华兴", "陈静", "138xxxxxx00")))
    assert counts(again) == {"unchanged": 1, "with_warnings": 1}
    [account] = await sender.items("/v1/accounts")
    [contact] = await sender.items(f"/v1/accounts/{account['id']}/contacts")
    assert (contact["mobile"], contact["mobile_state"]) == ("13800138000", "valid")


async def test_several_rows_may_bring_tasks_and_contacts_of_one_account(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(
        ("客户名称", "主要任务", "负责人", "联系人", "邮箱"),
        ("华兴", "谈判", "张伟", "", ""),
        ("华兴", "签约", "张伟", "", ""),
        ("华兴", "", "", "陈静", "chen@example.com"),
    )
    dry = await sender.taken(content, validate_only=True)
    import_ = await sender.taken(content)
    assert counts(dry) == counts(import_) == {"created": 1, "updated": 2}
    [account] = await sender.items("/v1/accounts", q="陈静")
    assert len(await sender.items("/v1/tasks", account_id=account["id"])) == 2
    assert counts(await sender.taken(content)) == {"unchanged": 3}


async def test_rows_that_contradict_each_other_are_duplicate_candidates(house: House) -> None:
    sender = await Sender.of(house)
    rows = (("华兴科技", "华东", "制造"), ("华兴科技有限公司", "华东", "零售"), ("东方", "华东", "零售"))
    import_ = await sender.taken(csv_of(("客户名称", "地域分布", "所属行业"), *rows))
    assert await sender.codes(import_) == [["duplicate_candidate"], ["duplicate_candidate"], []]
    assert [account["name"] for account in await sender.items("/v1/accounts")] == ["东方"]


async def test_an_ambiguous_match_is_never_guessed(house: House) -> None:
    sender = await Sender.of(house, "data_steward")
    for region in ("华东", "华北"):
        await house.account(name="华兴科技有限公司", region=region, industry="制造")
    await house.account(name="东方电器", region=None)
    headings = ("客户名称", "地域分布", "所属行业")
    unclear = await sender.taken(csv_of(headings, ("华兴科技", "", "电子")))
    assert await sender.codes(unclear) == [["duplicate_candidate"]]
    clear = await sender.taken(csv_of(headings, ("华兴科技", "华北", "电子"), ("华兴科技", "西南", "电子")))
    assert [row["outcome"] for row in await sender.rows(clear)] == ["updated", "created"]
    filled = await sender.taken(csv_of(headings, ("东方电器", "华南", "")))
    assert counts(filled) == {"updated": 1}
    spread = await sender.taken(csv_of(headings, ("江海", "", "")))
    both = await sender.taken(csv_of(headings, ("江海", "华南", ""), ("江海", "华北", "")))
    assert counts(spread) == {"created": 1}
    assert await sender.codes(both) == [["duplicate_candidate"], ["duplicate_candidate"]]


async def test_rows_are_matched_on_another_systems_id(house: House) -> None:
    sender = await Sender.of(house)
    headings = ("外部编号", "客户名称", "所属行业")
    await sender.taken(csv_of(headings, ("91310000", "华兴", "制造")))
    renamed = await sender.taken(csv_of(headings, ("91310000", "华兴集团", "制造")))
    assert (renamed["match_on"], counts(renamed)) == ("external_ref", {"updated": 1})
    by_name = await sender.taken(csv_of(headings, ("91310001", "华兴集团", "制造")), match_on="name_region")
    assert counts(by_name) == {"updated": 1}


async def test_a_code_that_is_taken_is_refused_whoever_holds_it(house: House) -> None:
    sender = await Sender.of(house)
    stranger = await house.person("sales_rep", department_id=await house.department())
    await house.account(stranger, code="H-1", name="隐藏客户", region="华南", external_ref="X-1")
    await sender.taken(csv_of(("客户编号", "客户名称"), ("S-1", "可见客户")))
    headings = ("客户编号", "客户名称", "外部编号")
    by_code = await sender.taken(csv_of(headings, ("H-1", "随便", "")))
    by_name = await sender.taken(
        csv_of(headings, ("H-1", "甲", ""), ("S-1", "乙", ""), ("N-1", "丙", "X-1")), match_on="name_region"
    )
    assert await sender.codes(by_code) == [["already_exists"]]
    assert await sender.codes(by_name) == [["already_exists"]] * 3
    rows = [*await sender.rows(by_code), *await sender.rows(by_name)]
    assert {(row["outcome"], row["account_id"]) for row in rows} == {("rejected", None)}
    assert not any("隐藏" in str(row) or "H-1" in str(row["errors"]) for row in rows)


async def test_a_hidden_namesake_stays_hidden(house: House) -> None:
    sender = await Sender.of(house)
    stranger = await house.person("sales_rep", department_id=await house.department())
    hidden = await house.account(stranger, name="隐藏客户", region="华南")
    import_ = await sender.taken(csv_of(("客户名称", "地域分布", "所属行业"), ("隐藏客户", "华南", "电子")))
    assert counts(import_) == {"created": 1}
    [row] = await sender.rows(import_)
    assert row["account_id"] != str(hidden)


async def test_who_only_sees_an_account_does_not_change_it(house: House) -> None:
    leader = await Sender.of(house, "director")
    await house.account(code="C-1", name="华兴", industry="制造", region="华东")
    headings = ("客户编号", "客户名称", "所属行业", "主要任务", "负责人")
    same = await leader.taken(csv_of(headings, ("C-1", "华兴", "制造", "", "")))
    other = await leader.taken(csv_of(headings, ("C-1", "华兴", "电子", "", "")))
    task = await leader.taken(csv_of(headings, ("C-1", "华兴", "制造", "谈判", "张伟")))
    assert counts(same) == {"unchanged": 1}
    assert await leader.codes(other) == await leader.codes(task) == [["forbidden"]]


async def test_what_decides_distribution_waits_for_verification(house: House) -> None:
    department = await house.department()
    manager = await Sender.of(house, "key_account_manager", department_id=department)
    await house.account(manager.person, code="C-1", name="华兴", industry="制造", potential_value=100_000)
    steward = await Sender.of(house, "data_steward")
    headings = ("客户编号", "客户名称", "潜在价值", "客户来源")
    content = csv_of(headings, ("C-1", "华兴", "20万", "展会"))
    assert counts(await manager.taken(content)) == {"updated": 1}
    [account] = await manager.items("/v1/accounts")
    assert (account["potential_value"]["amount"], account["source"]) == ("100000.00", "展会")
    assert account["proposed"]["fields"] == {"potential_value": "200000.00"}
    assert counts(await manager.taken(content)) == {"unchanged": 1}
    assert counts(await steward.taken(content)) == {"updated": 1}
    [account] = await manager.items("/v1/accounts")
    assert (account["potential_value"]["amount"], account["verified_by"]) == ("200000.00", str(steward.person.id))


async def test_new_accounts_count_as_verified_only_by_those_whose_word_counts(house: House) -> None:
    for role, verified in (("key_account_manager", True), ("director", False)):
        sender = await Sender.of(house, role)
        await sender.taken(csv_of(("客户编号", "客户名称"), (role[:5], f"客户 {role}")))
        [account] = await sender.items("/v1/accounts", code=role[:5])
        assert (account["verified_by"] == str(sender.person.id)) is verified


async def test_amounts_are_valued_by_the_rate_of_their_day(house: House) -> None:
    await rate(house, "EUR", "7.5", date(2019, 1, 1))
    await rate(house, "EUR", "8.0", date(2020, 12, 31))
    sender = await Sender.of(house)
    rows = (
        ("Beiersdorf AG", "€ 25,657 million (2020)"),
        ("Henkel AG", "€ 100 (2019)"),
        ("Sony", "¥ 500 JPY"),
        ("华兴", "3.5万"),
        ("东方", "2亿元"),
        ("江海", "5-8万"),
    )
    import_ = await sender.taken(csv_of(("company", "revenue"), *rows))
    assert counts(import_) == {"created": 6, "with_warnings": 2}
    assert await sender.codes(import_) == [[], [], ["rate_missing"], [], [], ["amount_is_a_range"]]
    values = {
        account["name"]: (account["potential_value_base"] or {}).get("amount")
        for account in await sender.items("/v1/accounts")
    }
    assert values == {
        "Beiersdorf AG": "205256000000.00",
        "Henkel AG": "750.00",
        "Sony": None,
        "华兴": "35000.00",
        "东方": "200000000.00",
        "江海": None,
    }
    assert (await sender.rows(import_))[5]["kept"] == {"revenue": "5-8万"}


async def test_nothing_that_a_database_refuses_gets_that_far(house: House) -> None:
    sender = await Sender.of(house)
    huge = "9" * 18
    await rate(house, "USD", "7", date(2000, 1, 1))
    content = csv_of(
        ("客户名称", "潜在价值", "备注"),
        ("华\x00兴", "1", "甲" * 100),
        ("东方", "1", "乙\x00丙"),
        ("江海", f"USD {huge}", ""),
        ("正常", f"{huge}.99", "=1+1"),
    )
    import_ = await sender.taken(content)
    assert await sender.codes(import_) == [
        ["control_character"],
        ["control_character"],
        ["number_too_large"],
        [],
    ]
    rows = await sender.rows(import_)
    assert [row["outcome"] for row in rows] == ["rejected", "created", "rejected", "created"]
    assert (rows[0]["cells"][0], rows[1]["kept"]) == ("华␀兴", {"备注": "乙␀丙"})


async def test_a_dry_run_tells_the_same_and_writes_nothing(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(("客户名称", "所属行业"), ("华兴", "制造"), ("", "零售"), ("东方", "零售"))
    before = await everything(house)
    dry = await sender.taken(content, validate_only=True)
    assert (dry["state"], counts(dry)) == ("validated", {"created": 2, "rejected": 1})
    after = await everything(house)
    assert after[:4] == before[:4]
    assert after[4] - before[4] == 3  # the import itself
    assert {row["account_id"] for row in await sender.rows(dry)} == {None}
    real = await sender.run(await sender.confirm(dry["id"], validate_only=False))
    assert (real["state"], counts(real)) == ("completed", counts(dry))
    assert [row["row_number"] for row in await sender.rows(real)] == [2, 3, 4]
    assert len(await sender.items("/v1/accounts")) == 2


async def test_all_or_nothing(house: House) -> None:
    sender = await Sender.of(house)
    good = [(f"客户{number}", "制造") for number in range(30)]
    before = await everything(house)
    failed = await sender.taken(csv_of(("客户名称", "所属行业"), *good, ("", "零售")), mode="atomic")
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "rows_rejected")
    assert counts(failed) == {"created": 30, "rejected": 1}
    assert (await everything(house))[:4] == before[:4]
    whole = await sender.taken(csv_of(("客户名称", "所属行业"), *good), mode="atomic")
    assert (whole["state"], counts(whole)) == ("completed", {"created": 30})
    assert None not in {row["account_id"] for row in await sender.rows(whole)}
    assert await number_of(house, Account) == before[0] + 30


async def test_each_account_leaves_an_audit_entry_and_a_message(house: House) -> None:
    sender = await Sender.of(house)
    import_ = await sender.taken((DATA / "daily_management.csv").read_bytes())
    async with house.services.database.reading() as connection:
        entries = (await connection.execute(select(AuditEntry).order_by(AuditEntry.position))).all()
        messages = (await connection.execute(select(OutboxMessage).order_by(OutboxMessage.position))).all()
    own = [entry for entry in entries if entry.actor_id == sender.person.id]
    assert [entry.action for entry in own if entry.account_id] == ["account.created"] * 3 + ["contact.created"] * 3
    assert [entry.action for entry in own if entry.subject_id == UUID(import_["id"])] == [
        "import.created",
        "import.confirmed",
        "import.finished",
    ]
    assert {(message.id, message.type) for message in messages} >= {(entry.id, entry.action) for entry in own}
    contact = next(entry for entry in own if entry.action == "contact.created")
    assert contact.data["changes"]["name"]["to"] == "陈静"
    created = next(entry for entry in own if entry.action == "account.created")
    assert set(created.data["changes"]) >= {"code", "name", "industry"}
    assert len({entry.request_id for entry in own if entry.action == "account.created"}) == 1


async def test_the_importer_and_their_line_are_on_a_new_accounts_team(house: House) -> None:
    sender = await Sender.of(house)
    import_ = await sender.taken(csv_of(("客户名称",), ("华兴",)))
    [row] = await sender.rows(import_)
    async with house.services.database.reading() as connection:
        holders = await connection.execute(
            select(AccountMembership.holder_id).where(AccountMembership.account_id == UUID(row["account_id"]))
        )
    assert {holder for (holder,) in holders} == {sender.person.id, sender.person.department_id}


async def test_birthdays_are_written_only_by_those_who_may_read_them(house: House) -> None:
    content = csv_of(
        ("客户编号", "客户名称", "联系人", "手机", "生日"), ("{}", "华兴{}", "陈静", "13800138000", "1980-02-03")
    )
    for role, written in (("key_account_manager", True), ("data_steward", False)):
        sender = await Sender.of(house, role)
        import_ = await sender.taken(content.replace(b"{}", role[:4].encode()))
        [row] = await sender.rows(import_)
        assert [error["code"] for error in row["errors"]] == ([] if written else ["sensitive"])
        assert row["kept"] == ({} if written else {"生日": "1980-02-03"})
        async with house.services.database.reading() as connection:
            born = await connection.scalar(select(Contact.birth_on).where(Contact.id == UUID(row["contact_id"])))
        assert (born is not None) is written


async def test_contact_lists_and_task_lists_have_targets_of_their_own(house: House) -> None:
    sender = await Sender.of(house)
    contacts = csv_of(
        ("姓名", "公司", "职务", "手机"),
        ("陈静", "华兴", "总监", "13800138000"),
        ("刘洋", "华兴", "助理", "13800138001"),
    )
    import_ = await sender.taken(contacts, target="contacts")
    assert counts(import_) == {"created": 1, "updated": 1}
    nameless = await sender.taken(csv_of(("姓名", "公司", "手机"), ("", "东方", "13800138002")), target="contacts")
    assert await sender.codes(nameless) == [["required_missing"]]
    tasks = await sender.taken(csv_of(("客户名称", "任务", "状态"), ("华兴", "", "进行中")), target="tasks")
    assert await sender.codes(tasks) == [["required_missing"]]


async def test_a_task_is_not_moved_where_its_state_does_not_lead(house: House) -> None:
    sender = await Sender.of(house)
    headings = ("客户名称", "主要任务", "负责人", "状态", "实际完成日期")
    await sender.taken(csv_of(headings, ("华兴", "谈判", "张伟", "已取消", "")))
    again = await sender.taken(csv_of(headings, ("华兴", "谈判", "张伟", "已完成", "2024-02-10")))
    assert await sender.codes(again) == [["illegal_transition"]]


async def test_an_import_of_somebody_who_left_writes_nothing(house: House) -> None:
    sender = await Sender.of(house)
    accepted = await sender.send(csv_of(("客户名称",), ("华兴",)), confirm=True)
    async with house.services.database.transaction() as session:
        person = await session.get_one(Staff, sender.person.id)
        person.status = "left"
    job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
    await run_job(house.services.database, sender.settings, KINDS, job_id)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(ImportRow)) == 0
    steward = await Sender.of(house, "data_steward")
    found = await steward.found(accepted.json()["id"])
    assert (found["state"], found["problem"]["code"]) == ("failed", "forbidden")
