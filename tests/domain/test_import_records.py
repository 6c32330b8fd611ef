"""What one row says of an account, a contact and a task."""

from datetime import date
from decimal import Decimal

import pytest

from service.domain.cell_reading import Habits
from service.domain.headings import suggest
from service.domain.import_flaws import FLAWS
from service.domain.import_keys import MatchOn
from service.domain.import_records import ImportRecord, RecordReader
from service.domain.row_reading import RowReader
from service.domain.tables import Cell, Row


def record(cells: dict[str, Cell], match_on: MatchOn = MatchOn.NAME_REGION, target: str = "accounts") -> ImportRecord:
    columns = suggest(tuple(cells), target)
    reading = RowReader(columns, target, habits=Habits("CNY")).read(Row(2, tuple(cells.values())))
    return RecordReader(columns, match_on).read(reading)


def codes(found: ImportRecord) -> list[tuple[str, bool]]:
    return [(problem.code, problem.rejects) for problem in found.problems]


def test_money_becomes_an_amount_in_cents_its_currency_and_the_last_day_of_its_year() -> None:
    found = record({"company": "Beiersdorf AG", "revenue": "€ 25,657 million (2020)"})
    assert found.account == {
        "name": "Beiersdorf AG",
        "potential_value": Decimal("25657000000.00"),
        "potential_currency": "EUR",
        "potential_value_on": date(2020, 12, 31),
    }
    assert not found.problems


def test_unmarked_money_takes_the_currency_of_the_file_and_no_day() -> None:
    found = record({"客户名称": "华兴", "潜在价值": "3.5万"})
    assert found.account["potential_value"] == Decimal("35000.00")
    assert (found.account["potential_currency"], found.account["potential_value_on"]) == ("CNY", None)


def test_a_masked_number_stays_as_it_was_typed_and_leaves_the_contact_unverified() -> None:
    found = record({"客户名称": "华兴", "联系人姓名": "陈静", "联系电话": "138xxxxxx88", "电子邮箱": "-"})
    assert found.contact == {
        "name": "陈静",
        "mobile": "138xxxxxx88",
        "mobile_state": "masked",
        "email": "-",
        "email_state": "absent",
    }
    assert codes(found) == [("contact_unverified", False)]


def test_a_contact_method_is_a_number_or_an_address() -> None:
    by_mail = record({"客户名称": "华兴", "联系人": "陈静", "联系方式": "chen@example.com"}).contact
    by_phone = record({"客户名称": "华兴", "联系人": "陈静", "联系方式": "13800138000"}).contact
    assert (by_mail["email"], by_mail["email_state"]) == ("chen@example.com", "valid")
    assert (by_phone["mobile"], by_phone["mobile_state"]) == ("13800138000", "valid")


def test_a_number_without_a_name_is_no_contact_but_is_kept() -> None:
    found = record({"客户名称": "华兴", "联系电话": "13800138000"})
    assert (found.contact, found.kept) == ({}, {"联系电话": "13800138000"})
    assert codes(found) == [("contact_without_name", False)]


def test_the_division_table_becomes_a_task() -> None:
    found = record(
        {
            "客户名称": "华兴",
            "负责人": "张伟",
            "联系方式": "138xxxxxx88",
            "主要任务": "商务谈判",
            "预计完成日期": "2024-02-15",
            "实际完成日期": "2024-02-10",
            "状态": "已完成",
            "备注": "提前完成",
        }
    )
    assert found.task == {
        "subject": "商务谈判",
        "assignee_text": "张伟",
        "contact_text": "138xxxxxx88",
        "planned_on": date(2024, 2, 15),
        "actual_on": date(2024, 2, 10),
        "state": "done",
        "note": "提前完成",
    }
    assert (found.account, found.contact, found.kept) == ({"name": "华兴"}, {}, {})


def test_orders_services_and_campaigns_are_kept_verbatim_and_the_owner_is_told_apart() -> None:
    cells: dict[str, Cell] = {
        "客户名称": "华兴",
        "历史交易记录": "2023-01-01，产品A，¥10,000",
        "客户服务记录": "电话回访",
        "市场活动参与情况": "无",
        "负责人": "张伟",
        "母公司": "华兴集团",
        "老板爱好": "钓鱼",
    }
    found = record(cells)
    assert found.account == {"name": "华兴"}
    assert found.kept == {name: cell for name, cell in cells.items() if name not in {"客户名称", "负责人"}}
    assert found.owner == "张伟"


@pytest.mark.parametrize(
    ("heading", "text", "code", "rejects"),
    [
        ("行业", "业" * 51, "text_too_long", False),
        ("产品", "、".join(f"产品{n}" for n in range(51)), "text_too_long", False),
        ("产品", "品" * 51, "text_too_long", False),
        ("客户编号", "客" * 41, "bad_code", False),
        ("客户名称", "名" * 201, "text_too_long", True),
    ],
)
def test_what_a_column_does_not_take_is_kept_and_told(heading: str, text: str, code: str, rejects: bool) -> None:
    found = record({"客户名称": "华兴", heading: text})
    assert found.kept == {heading: text}
    assert codes(found) == [(code, rejects)]
    assert found.is_rejected is rejects


@pytest.mark.parametrize("code", ["C-1", "COX&KINGS.NS", "华东-001", "A 17"])
def test_codes_are_taken_as_people_write_them(code: str) -> None:
    assert record({"客户名称": "华兴", "客户编号": code}, MatchOn.CODE).account["code"] == code


def test_a_row_without_what_it_is_matched_on_is_rejected() -> None:
    assert codes(record({"客户名称": "华兴", "客户编号": ""}, MatchOn.CODE)) == [("required_missing", True)]
    assert codes(record({"客户名称": "华兴", "客户编号": "C\n1"}, MatchOn.CODE)) == [("bad_code", True)]
    found = record({"联系人": "陈静", "客户名称": "", "手机": "13800138000"}, target="contacts")
    assert [(problem.code, problem.field, problem.heading) for problem in found.problems] == [
        ("required_missing", "account.name", "客户名称")
    ]


def test_a_rejected_reading_stays_rejected() -> None:
    found = record({"客户名称": "-", "行业": "制造"})
    assert (found.account, codes(found)) == ({}, [("required_missing", True)])


def test_every_flaw_speaks_both_languages() -> None:
    for sentence in FLAWS.values():
        assert sentence.en.isascii()
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence.zh)
