"""Accounts of one group that are split or entered twice count as one."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.distribution.groups import counted_as_one, with_namesakes
from service.domain.distribution.snapshot import Account

VALUES = st.lists(st.integers(0, 1000), min_size=1, max_size=6)


def split(values: list[int], **fields: object) -> list[Account]:
    """Parts of one customer."""
    return [
        Account(id=f"a{at}", code=f"A{at}", region="华东", tier="silver", value_minor=value, workload_minutes=60)
        for at, value in enumerate(values)
    ]


@given(VALUES)
def test_a_customer_that_is_split_weighs_as_one_whatever_the_parts(values: list[int]) -> None:
    parts = split(values)
    entries, groups = counted_as_one(parts, dict.fromkeys((part.id for part in parts), "a0"))
    assert [(one.value_minor, one.workload_minutes) for one in entries] == [(sum(values), 60)]
    assert [set(group) for group in groups] == ([{part.id for part in parts}] if len(parts) > 1 else [])
    assert entries[0].id == max(parts, key=lambda part: (part.value_minor, -int(part.id[1:]))).id
    assert all(group[0] == entries[0].id for group in groups)


def test_only_those_of_one_group_region_industry_and_owner_that_are_free_are_one() -> None:
    base = {"code": "A", "region": "华东", "industry": "制造", "owner": "p", "value_minor": 1}
    others = [
        {"region": "华南"}, {"industry": "零售"}, {"owner": "q"}, {"owner": None}, {"pinned": True},
        {"held_back": "stale"},
    ]  # fmt: skip
    accounts = [Account(id=f"a{at}", **(base | other)) for at, other in enumerate([{}, *others, {}])]  # type: ignore[arg-type]
    entries, groups = counted_as_one(accounts, dict.fromkeys((one.id for one in accounts), "root"))
    assert (len(entries), groups) == (7, (("a0", "a7"),))
    assert counted_as_one(accounts, {}) == (tuple(accounts), ())
    assert counted_as_one(accounts, dict.fromkeys(("a0", "a7"), "root"), apart="a7")[1] == ()


def test_the_entry_has_all_products_and_the_highest_grade_once() -> None:
    parts = [
        Account(id="a", code="A", products=("x",), tier="silver", value_minor=9, workload_minutes=60, is_new=True),
        Account(id="b", code="B", products=("y",), tier="gold", value_minor=5, workload_minutes=960),
    ]
    [entry], _ = counted_as_one(parts, {"a": "r", "b": "r"})
    assert (entry.id, entry.products, entry.tier, entry.workload_minutes, entry.is_new) == (
        "a", ("x", "y"), "gold", 960, False,
    )  # fmt: skip


def test_namesakes_join_a_group_or_make_one_and_no_group_joins_another() -> None:
    roots = {"b": "head", "c": "head", "x": "other"}
    known = with_namesakes(
        roots, {"a": "甲", "b": "甲", "d": "乙", "e": "乙", "c": "丙", "x": "丙", "f": "丙", "g": "丁"}
    )
    assert known == roots | {"a": "head", "d": "d", "e": "d", "f": "head"}
