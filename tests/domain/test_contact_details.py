import pytest

from service.domain.contact_details import (
    Email,
    Line,
    Phone,
    Standing,
    read_contact,
    read_email,
    read_phone,
    require_reachable,
)
from service.domain.invalid import InvalidInput


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "008613800138000",
        "１３８００１３８０００",
        "手机：13800138000",
        "tel:13800138000",
    ],
)
def test_one_mobile_number_has_one_key_however_it_is_written(text: str) -> None:
    phone = read_phone(text)
    assert phone == Phone(text, Standing.VALID, "+8613800138000", Line.MOBILE)
    assert phone.key == "+8613800138000"
    assert phone.is_mobile


@pytest.mark.parametrize(
    ("text", "e164", "line", "extension"),
    [
        ("010-62345678", "+861062345678", Line.LANDLINE, None),
        ("(0755) 8888 6666", "+8675588886666", Line.LANDLINE, None),
        ("010-62345678-801", "+861062345678", Line.LANDLINE, "801"),
        ("010-62345678转801", "+861062345678", Line.LANDLINE, "801"),
        ("010-62345678 ext. 801", "+861062345678", Line.LANDLINE, "801"),
        ("400-800-8888", "+864008008888", Line.OTHER, None),
        ("+1 650 253 0000", "+16502530000", Line.EITHER, None),
        ("+49 30 901820", "+4930901820", Line.LANDLINE, None),
    ],
)
def test_landlines_service_numbers_and_foreign_numbers_are_told_apart(
    text: str, e164: str, line: Line, extension: str | None
) -> None:
    assert read_phone(text) == Phone(text, Standing.VALID, e164, line, extension)


def test_a_number_without_country_code_belongs_to_the_region() -> None:
    assert read_phone("030 901820", region="DE").e164 == "+4930901820"
    assert read_phone("030 901820").standing is Standing.INVALID


@pytest.mark.parametrize(
    "text",
    [
        "138xxxxxx88",
        "138****8888",
        "138＊＊＊＊8888",
        "138XXXX8888",
        "+86 138-××××-8888",
        "***********",
        "010-6234●●●●",
    ],
)
def test_a_masked_number_is_kept_as_text_and_is_no_key(text: str) -> None:
    assert read_phone(text) == Phone(text, Standing.MASKED)
    assert read_phone(text).key is None
    assert not read_phone(text).is_mobile


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "－", "无", "暂无", "N/A", "None", "/"])
def test_a_word_for_nothing_is_absent(text: str) -> None:
    assert read_phone(text) == Phone(text, Standing.ABSENT)
    assert read_email(text) == Email(text, Standing.ABSENT)


@pytest.mark.parametrize(
    "text",
    ["12345", "1380013800a", "联系张伟13800138000", "13800138000/13900139000", "1" * 10_000, "x", "+" * 40, "电话"],
)
def test_what_cannot_be_dialled_is_invalid(text: str) -> None:
    assert read_phone(text) == Phone(text, Standing.INVALID)


def test_an_address_is_stored_with_its_domain_in_lower_case_and_matched_without_case() -> None:
    email = read_email(" Zhang.Wei@EXAMPLE.com ")
    assert email.address == "Zhang.Wei@example.com"
    assert email.key == "zhang.wei@example.com"
    assert read_email("张伟@例子.公司").standing is Standing.VALID
    assert read_email("zhang.wei＠example.com").address == "zhang.wei@example.com"


@pytest.mark.parametrize("text", ["z***@example.com", "xxx@xxx.com", "zh●●@example.com"])
def test_a_masked_address_is_kept_as_text_and_is_no_key(text: str) -> None:
    assert read_email(text) == Email(text, Standing.MASKED)
    assert read_email(text).key is None


@pytest.mark.parametrize("text", ["a@b", "a b@example.com", "@example.com", "a" * 10_000 + "@example.com", "张伟"])
def test_what_is_no_address_is_invalid(text: str) -> None:
    assert read_email(text) == Email(text, Standing.INVALID)


def test_a_mixed_cell_is_an_address_where_there_is_an_at_sign() -> None:
    assert read_contact("zhang.wei@example.com") == read_email("zhang.wei@example.com")
    assert read_contact("138xxxxxx88") == read_phone("138xxxxxx88")


@pytest.mark.parametrize(
    ("mobile", "email"),
    [("13800138000", ""), ("", "a@example.com"), ("13800138000", "a@example.com"), ("无", "a@example.com")],
)
def test_one_valid_of_mobile_and_address_is_enough(mobile: str, email: str) -> None:
    require_reachable(read_phone(mobile), read_email(email))


@pytest.mark.parametrize(
    ("mobile", "email", "codes"),
    [
        ("", "", ["unreachable"]),
        ("无", "-", ["unreachable"]),
        ("138xxxxxx88", "", ["invalid_mobile"]),
        ("010-62345678", "", ["invalid_mobile"]),
        ("13800138000", "a@b", ["invalid_email"]),
        ("12345", "a@b", ["invalid_mobile", "invalid_email"]),
    ],
)
def test_a_contact_who_cannot_be_reached_is_refused_with_every_flaw(mobile: str, email: str, codes: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        require_reachable(read_phone(mobile), read_email(email))
    assert [flaw.code for flaw in refusal.value.errors] == codes
    assert all(flaw.detail.en and flaw.detail.zh for flaw in refusal.value.errors)
