"""Which rows of one file speak of the same account."""

import random

from service.domain.headings import suggest
from service.domain.import_keys import KeyReader, MatchOn, RepeatedKeys, usual_match

HEADINGS = ("客户编号", "客户名称", "所属行业", "地域分布", "主要任务", "历史交易记录")


def judged(match_on: MatchOn, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> list[str]:
    """clash, again or alone for each row."""
    reader, keys = KeyReader(suggest(headings), match_on), RepeatedKeys()
    found = [reader.read(row) for row in rows]
    for key in found:
        if key:
            keys.add(key)
    keys.settle()
    return [
        "none" if key is None else "clash" if keys.clashes(key) else "again" if keys.repeats(key) else "alone"
        for key in found
    ]


def row(
    code: str = "", name: str = "", industry: str = "", region: str = "", task: str = "", orders: str = ""
) -> tuple[str, ...]:
    return (code, name, industry, region, task, orders)


def test_the_same_name_in_two_regions_is_two_accounts() -> None:
    assert judged(
        MatchOn.NAME_REGION, row(name="华兴科技", region="华东"), row(name="华兴科技有限公司", region="华北")
    ) == ["alone", "alone"]


def test_rows_that_say_the_same_of_an_account_and_differ_in_the_rest_share_it() -> None:
    one = {"name": "华兴科技", "industry": "制造", "region": "华东"}
    assert (
        judged(
            MatchOn.NAME_REGION,
            row(**one, task="谈判"),
            row(**one, task="签约"),
            row(**one, orders="2023-01-01，产品A"),
        )
        == ["again"] * 3
    )


def test_rows_that_contradict_each_other_clash() -> None:
    assert judged(
        MatchOn.NAME_REGION,
        row(name="华兴科技", industry="制造", region="华东", task="谈判"),
        row(name="华兴科技", industry="零售", region="华东", task="签约"),
        row(name="东方电器", industry="零售"),
    ) == ["clash", "clash", "alone"]


def test_the_same_row_twice_clashes() -> None:
    twice = row(name="华兴科技", region="华东")
    assert judged(MatchOn.NAME_REGION, twice, row(name="东方电器"), twice) == ["clash", "alone", "clash"]


def test_a_row_without_region_beside_namesakes_with_one_is_unclear() -> None:
    assert judged(
        MatchOn.NAME_REGION,
        row(name="华兴科技", region="华东"),
        row(name="华兴科技"),
        row(name="华兴科技", region="华北"),
    ) == ["alone", "clash", "alone"]


def test_a_name_in_several_regions_is_told() -> None:
    reader, keys = KeyReader(suggest(HEADINGS), MatchOn.NAME_REGION), RepeatedKeys()
    spread = [reader.read(row(name="华兴科技", region=region)) for region in ("华东", "华北")]
    alone = reader.read(row(name="东方电器", region="华东"))
    for key in (*spread, alone):
        assert key
        keys.add(key)
    keys.settle()
    assert [keys.is_spread(key) for key in (*spread, alone) if key] == [True, True, False]


def test_one_code_on_two_names_clashes_although_rows_are_matched_on_names() -> None:
    assert judged(
        MatchOn.NAME_REGION,
        row(code="C1", name="华兴科技"),
        row(code="C1", name="东方电器"),
        row(code="C2", name="江海"),
    ) == ["clash", "clash", "alone"]


def test_rows_matched_on_codes_may_bear_one_name() -> None:
    assert judged(MatchOn.CODE, row(code="C1", name="华兴"), row(code="C2", name="华兴")) == ["alone", "alone"]
    assert judged(MatchOn.CODE, row(code="C1", name="华兴"), row(code="C1", name="东方")) == ["clash", "clash"]


def test_a_row_that_names_no_account_has_no_key() -> None:
    assert judged(MatchOn.CODE, row(name="华兴"), row(code="-", name="华兴")) == ["none", "none"]


def test_an_empty_file_has_no_keys() -> None:
    assert judged(MatchOn.NAME_REGION) == []


def test_the_surest_column_is_matched_on() -> None:
    assert usual_match(suggest(("客户名称", "客户编号"))) is MatchOn.CODE
    assert usual_match(suggest(("客户名称", "外部编号"))) is MatchOn.EXTERNAL_REF
    assert usual_match(suggest(("客户名称", "地域分布"))) is MatchOn.NAME_REGION


def test_keys_agree_with_a_plain_count() -> None:
    rng = random.Random(5)
    rows = [
        row(name=f"客户{rng.randrange(40)}", region=f"区{rng.randrange(3)}", task=f"任务{rng.randrange(4)}")
        for _ in range(300)
    ]
    for one, found in zip(rows, judged(MatchOn.NAME_REGION, *rows), strict=True):
        same = [other for other in rows if other[1] == one[1] and other[3] == one[3]]
        clash = len(same) != len(set(same))
        assert found == ("clash" if clash else "again" if len(same) > 1 else "alone")
