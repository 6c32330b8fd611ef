"""Imports through HTTP: files in, mappings suggested and confirmed, refusals, who sees what."""

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

import httpx
import pytest

from service.jobs.imports import sweep_orphaned_files
from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.queries.imports import IMPORTS, ROWS
from service.schemas.import_rows import ImportRowFilter, ImportRowPage
from service.schemas.imports import ImportFilter, ImportView
from tests.house import House
from tests.sending import Sender, counts, csv_of

DATA = Path(__file__).parent.parent / "data"
ONE = csv_of(("客户名称", "地域分布"), ("华兴科技有限公司", "华东"))


def kept_files(house: House) -> list[Path]:
    return [path for path in (house.services.state / "files").rglob("*") if path.is_file()]


def bomb(declared: int = 300 << 20) -> bytes:
    """A workbook of some kilobytes that unpacks to hundreds of megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(declared >> 20):
                sheet.write(bytes(1 << 20))
    return content.getvalue()


async def test_a_file_waits_with_a_suggested_mapping(house: House) -> None:
    sender = await Sender.of(house)
    answer = await sender.send((DATA / "daily_management.csv").read_bytes(), "大客户日常管理.csv")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert ImportView.model_validate(found)
    assert answer.headers["Location"] == f"/v1/imports/{found['id']}"
    assert answer.headers["ETag"] == '"1-full"'
    assert (found["state"], found["filename"], found["match_on"]) == (
        "awaiting_mapping",
        "大客户日常管理.csv",
        "name_region",
    )
    assert {column["heading"]: column["field"] for column in found["mapping"]} == {
        "序号": "file.row_number",
        "客户名称": "account.name",
        "所属行业": "account.industry",
        "联系人姓名": "contact.name",
        "联系电话": "contact.mobile",
        "电子邮箱": "contact.email",
        "历史交易记录": "order.history",
        "订单状态与进度": "order.progress",
        "客户服务记录": "service.records",
        "市场活动参与情况": "campaign.participation",
    }
    assert found["mapping"][1]["samples"] == ["华兴科技有限公司", "东方电器集团", "江海物流股份有限公司"]
    assert (await sender.items("/v1/accounts")) == []
    assert await sender.found(found["id"]) == found


async def test_english_headings_are_known_too(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(
        ("Company name", "Symbol", "Sector", "Country", "Revenue", "Contact person", "E-mail"),
        ("Beiersdorf AG", "BEI.DE", "Consumer", "Germany", "€ 7,627 million (2021)", "Anna Meier", "a@example.com"),
    )
    found = (await sender.send(content)).json()
    assert [column["field"] for column in found["mapping"]] == [
        "account.name",
        "account.code",
        "account.industry",
        "account.region",
        "account.potential_value",
        "contact.name",
        "contact.email",
    ]
    assert found["match_on"] == "code"


async def test_a_changed_mapping_decides_which_column_is_which_field(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(("甲", "客户名称", "规模（万元）"), ("真名有限公司", "别名", "12"))
    sent = await sender.send(content)
    choices = [
        {"heading": "甲", "field": "account.name"},
        {"column": 1, "field": None},
        {"column": 2, "field": "account.potential_value"},
    ]
    import_ = await sender.run(await sender.confirm(sent.json()["id"], mapping=choices))
    [account] = await sender.items("/v1/accounts")
    assert account["name"] == "真名有限公司"
    assert account["potential_value"] == {"amount": "120000.00", "currency": "CNY"}
    [row] = await sender.rows(import_)
    assert row["kept"] == {"客户名称": "别名"}


async def test_a_mapping_may_come_with_the_file(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(("甲", "乙"), ("华兴", "华东"))
    mapping = '[{"heading": "甲", "field": "account.name"}, {"column": 1, "field": "account.region"}]'
    import_ = await sender.taken(content, mapping=mapping)
    assert (import_["state"], counts(import_)) == ("completed", {"created": 1})


async def test_a_mapping_that_says_too_little_is_refused_and_the_file_is_not_kept(house: House) -> None:
    sender = await Sender.of(house)
    refused = await sender.send(csv_of(("甲", "乙"), ("华兴", "华东")), confirm=True)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (
        422,
        ["/mapping", "/match_on"],
    )
    assert kept_files(house) == []
    waiting = await sender.send(csv_of(("甲", "乙"), ("华兴", "华东")))
    refused = await sender.confirm(waiting.json()["id"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "required_missing")
    wrong = await sender.confirm(waiting.json()["id"], mapping=[{"column": 0, "heading": "甲", "field": None}])
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "one_of_two")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 ...", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n", "unknown_format"),
        (b"PK\x03\x04 broken", "damaged_file"),
        (b"1,2\n3,4\n", "heading_row_not_found"),
        ("客户名称\n华兴科技".encode("gb18030") + b"\xff\xff\n", None),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(
    house: House, content: bytes, code: str | None
) -> None:
    sender = await Sender.of(house)
    answer = await sender.send(content)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/file"
    assert code in (None, error["code"])
    assert kept_files(house) == []


async def test_a_workbook_that_unpacks_to_far_too_much_is_refused_within_a_second(house: House) -> None:
    sender, content = await Sender.of(house), bomb()
    started = perf_counter()
    answer = await sender.send(content, "客户.xlsx")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "archive_bomb")
    assert perf_counter() - started < 1


async def test_an_encoding_may_be_stated(house: House) -> None:
    sender = await Sender.of(house)
    content = csv_of(("客戶名稱", "聯絡人"), ("台積電", "陳靜"), encoding="big5")
    import_ = await sender.taken(content, encoding="Big5")
    assert (import_["encoding"], counts(import_)["created"]) == ("cp950", 1)
    wrong = await sender.send(content, encoding="klingon")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_encoding")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"])
async def test_every_usual_encoding_is_detected(house: House, encoding: str) -> None:
    sender = await Sender.of(house)
    names = ["台積電股份有限公司", "中華電信股份有限公司", "聯發科技股份有限公司", "國泰金融控股公司"]
    content = csv_of(("客戶名稱", "所屬行業"), *((name, "科技製造業") for name in names), encoding=encoding)
    import_ = await sender.taken(content)
    assert counts(import_)["created"] == 4, import_["encoding"]
    assert sorted(account["name"] for account in await sender.items("/v1/accounts")) == sorted(names)


async def test_repeated_headings_are_told_and_kept_verbatim(house: House) -> None:
    sender = await Sender.of(house)
    sent = (await sender.send(csv_of(("客户名称", "备注", "备注"), ("华兴", "一", "二")))).json()
    assert [(notice["code"], notice["columns"]) for notice in sent["notices"]] == [("repeated_heading", ["B", "C"])]
    import_ = await sender.run(await sender.confirm(sent["id"]))
    [row] = await sender.rows(import_)
    assert row["kept"] == {"备注": "一", "备注 (C)": "二"}


async def test_a_name_that_says_otherwise_is_told(house: House) -> None:
    sent = (await (await Sender.of(house)).send(ONE, "客户.xlsx")).json()
    assert (sent["format"], sent["notices"][0]["code"]) == ("csv", "extension_mismatch")


async def test_only_a_form_with_a_file_is_taken(house: House) -> None:
    sender = await Sender.of(house)
    async with house.client(sender.person) as client:
        as_json = await client.post("/v1/imports", json={"target": "accounts"})
        without = await client.post("/v1/imports", data={"target": "accounts"}, files={"other": b"x"})
        broken = await client.post(
            "/v1/imports", content=b"junk", headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        wrong = await client.post("/v1/imports", data={"target": "ships", "owner": "me"}, files={"file": b"a,b"})
    assert (as_json.status_code, as_json.json()["code"]) == (415, "unsupported_media_type")
    assert without.status_code == 422
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_form")
    assert sorted(error["pointer"] for error in wrong.json()["errors"]) == ["/owner", "/target"]
    assert kept_files(house) == []


async def test_a_file_beyond_the_cap_is_refused(house: House) -> None:
    sender = await Sender.of(house)
    capped = house.services.settings.model_copy(update={"max_file_bytes": 2000})
    object.__setattr__(house.services, "settings", capped)
    answer = await sender.send(ONE + b"\n" * 2000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert kept_files(house) == []


async def test_a_strangers_file_is_refused_unread(house: House) -> None:
    async with house.client() as client:
        answer = await client.post("/v1/imports", content=os.urandom(1 << 20))
    assert answer.status_code == 401


@pytest.mark.parametrize("role", ["sales_rep", "marketing", "auditor", "admin"])
async def test_who_may_not_enter_accounts_may_not_import(house: House, role: str) -> None:
    sender = await Sender.of(house, role)
    answer = await sender.send(ONE, confirm=True)
    assert answer.status_code == 403
    assert kept_files(house) == []


async def test_another_persons_import_does_not_exist(house: House) -> None:
    owner, other = await Sender.of(house), await Sender.of(house)
    import_ = await owner.taken(ONE)
    for path in ("", "/rows", "/rejected"):
        hidden = await other.get(f"/v1/imports/{import_['id']}{path}")
        unknown = await other.get(f"/v1/imports/{uuid4()}{path}")
        assert hidden.status_code == unknown.status_code == 404
    for verb in ("confirm", "cancel"):
        assert (await other.post(f"/v1/imports/{import_['id']}/{verb}", {})).status_code == 404
    assert await other.items("/v1/imports") == []
    assert [item["id"] for item in await owner.items("/v1/imports", file_sha256=import_["file_sha256"])] == [
        import_["id"]
    ]


async def test_a_steward_sees_an_import_but_neither_runs_it_nor_sees_birthdays(house: House) -> None:
    owner, steward = await Sender.of(house), await Sender.of(house, "data_steward")
    content = csv_of(
        ("客户名称", "联系人", "手机", "生日"),
        ("华兴", "陈静", "13800138000", "1980-02-03"),
        ("东方", "刘洋", "13800138001", "八十年代"),
        ("-", "周敏", "13800138002", "1981-02-03"),
    )
    import_ = await owner.taken(content)
    assert [row["cells"][3] for row in await owner.rows(import_)] == ["1980-02-03", "八十年代", "1981-02-03"]
    seen = await steward.rows(import_)
    assert [row["cells"][3] for row in seen] == [None] * 3
    assert [row["kept"] for row in seen] == [{}] * 3
    file = await steward.get(f"/v1/imports/{import_['id']}/rejected", format="csv")
    assert ("周敏" in file.text, "1981" in file.text) == (True, False)
    assert "1980" not in str((await steward.found(import_["id"]))["mapping"])
    assert (await steward.post(f"/v1/imports/{import_['id']}/confirm", {})).status_code == 403


async def test_an_integration_imports_and_sees_its_own(house: House) -> None:
    sender = await Sender.of(house)
    theirs = await sender.send(ONE)
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wanted = {"name": "CRM 同步", "scopes": ["accounts:write", "accounts:read"], "expires_at": expires}
    async with house.client(await house.person("admin")) as client:
        key = (await client.post("/v1/api-keys", json=wanted)).json()["key"]
    async with house.client(None, Authorization=f"Bearer {key}") as client:
        accepted = await client.post("/v1/imports", files={"file": ("a.csv", ONE)}, data={"confirm": "true"})
        await run_job(house.services.database, sender.settings, KINDS, UUID(accepted.json()["job_id"]))
        import_ = (await client.get(f"/v1/imports/{accepted.json()['id']}")).json()
        assert (import_["state"], counts(import_)) == ("completed", {"created": 1})
        assert len((await client.get("/v1/accounts")).json()["items"]) == 1
        assert len((await client.get("/v1/imports")).json()["items"]) == 1
        assert (await client.get(theirs.headers["Location"])).status_code == 404


async def test_a_file_does_not_set_what_is_the_services_own(house: House) -> None:
    sender = await Sender.of(house, "director")
    headings = ("客户名称", "id", "verified_at", "owner_id", "state", "version", "created_by", "deleted_at", "proposed")
    import_ = await sender.taken(csv_of(headings, ("华兴", *("2020-01-01" for _ in headings[1:]))))
    assert counts(import_)["created"] == 1
    [account] = await sender.items("/v1/accounts")
    assert (account["verified_at"], account["owner_id"], account["version"], account["proposed"]) == (
        None,
        None,
        1,
        None,
    )


async def test_the_same_key_and_file_are_one_import(house: House) -> None:
    sender = await Sender.of(house)
    async with house.client(sender.person, **{"Idempotency-Key": "file-1"}) as client:
        first, again, other, renamed = [
            await client.post("/v1/imports", files={"file": (name, content)}, data={"confirm": "true"})
            for name, content in (("a.csv", ONE), ("a.csv", ONE), ("a.csv", ONE + b"\n"), ("b.csv", ONE))
        ]
    assert (first.status_code, again.status_code) == (202, 202), again.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert {other.json()["code"], renamed.json()["code"]} == {"idempotency_key_reused"}
    assert len(await sender.items("/v1/imports")) == len(kept_files(house)) == 1


async def test_an_import_that_was_called_off_stays_so(house: House) -> None:
    sender = await Sender.of(house)
    accepted = await sender.send(ONE, confirm=True)
    path = f"/v1/imports/{accepted.json()['id']}"
    cancelled = await sender.post(f"{path}/cancel", {})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (await sender.run(accepted))["state"] == "cancelled"
    assert await sender.items("/v1/accounts") == []
    for verb in ("cancel", "confirm"):
        again = await sender.post(f"{path}/{verb}", {})
        assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_the_rejected_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(house: House) -> None:
    sender = await Sender.of(house)
    rows = (("华兴科技", "张伟", "谈判", "已完成", ""), ("东方电器", "李娜", "签约", "进行中", ""))
    content = csv_of(("客户名称", "负责人", "主要任务", "状态", "实际完成日期"), *rows)
    import_ = await sender.taken(content, "分工表.csv")
    assert counts(import_) == {"created": 1, "rejected": 1}
    for kind in ("csv", "xlsx"):
        file = await sender.get(f"/v1/imports/{import_['id']}/rejected", format=kind)
        assert file.status_code == 200
        assert f"rejected.{kind}" in file.headers["Content-Disposition"]
        assert "UTF-8''rejected-%E5%88%86%E5%B7%A5%E8%A1%A8" in file.headers["Content-Disposition"]
        same = await sender.taken(file.content, f"rejected.{kind}")
        assert counts(same) == {"rejected": 1}
    mended = (await sender.get(f"/v1/imports/{import_['id']}/rejected", format="csv")).text
    assert mended.startswith("\ufeff问题 / Problem,客户名称")
    assert "What is done needs its actual date." in mended
    assert "东方电器" not in mended
    again = await sender.taken(mended.replace("已完成,\r\n", "已完成,2024-02-10\r\n").encode())
    assert counts(again) == {"created": 1}
    [task] = await sender.items("/v1/tasks", state="done")
    assert (task["account_name"], task["actual_on"]) == ("华兴科技", "2024-02-10")


async def test_rows_are_listed_by_outcome_code_and_number(house: House) -> None:
    sender = await Sender.of(house)
    good = [(f"客户{number}", "华东") for number in range(5)]
    import_ = await sender.taken(csv_of(("客户名称", "地域分布"), *good, ("", "华北"), ("客户9", "业" * 51)))
    answer = await sender.get(f"/v1/imports/{import_['id']}/rows", limit=3)
    first = answer.json()
    assert ImportRowPage.model_validate(first)
    rest = (await sender.get(f"/v1/imports/{import_['id']}/rows", limit=10, cursor=first["next_cursor"])).json()
    assert [row["row_number"] for row in first["items"] + rest["items"]] == [2, 3, 4, 5, 6, 7, 8]
    assert [row["row_number"] for row in await sender.rows(import_, outcome="rejected")] == [7]
    assert [row["row_number"] for row in await sender.rows(import_, code="text_too_long")] == [8]
    assert [row["cells"] for row in await sender.rows(import_, row_number=[3])] == [["客户1", "华东"]]
    [row] = await sender.rows(import_, outcome="rejected")
    [error] = row["errors"]
    assert (error["code"], error["column"], error["heading"], error["rejects"]) == (
        "required_missing",
        "A",
        "客户名称",
        True,
    )


def test_the_filters_are_those_of_the_schemas() -> None:
    paging = {"limit", "cursor", "sort"}
    assert set(IMPORTS.filters) == set(ImportFilter.model_fields) - paging
    assert set(ROWS.filters) - {"import_id", "run"} == set(ImportRowFilter.model_fields) - paging


async def test_files_that_no_import_names_are_swept_after_a_day(house: House) -> None:
    sender = await Sender.of(house)
    await sender.send(ONE)
    orphan = house.services.state / "files" / "imports" / ("0" * 32)
    orphan.write_bytes(b"a,b")
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    database = house.services.database
    assert await sweep_orphaned_files(database, sender.settings, datetime.now(UTC)) == 0
    assert await sweep_orphaned_files(database, sender.settings, tomorrow) == 1
    assert [path.name for path in kept_files(house)] != [orphan.name]
    assert len(kept_files(house)) == 1


async def test_a_refusal_is_told_in_the_callers_language(house: House) -> None:
    sender = await Sender.of(house)
    async with house.client(sender.person, **{"Accept-Language": "zh-CN"}) as client:
        answer: httpx.Response = await client.post("/v1/imports", files={"file": ("a.xlsx", bomb(150 << 20))})
    assert answer.json()["errors"][0]["detail"] == "文件解压后远超电子表格应有的大小。"
