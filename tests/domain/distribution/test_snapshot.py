from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.canonical import canonical_json
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, InvalidSnapshot, Person, Snapshot
from tests.domain.distribution.families import snapshots


@settings(max_examples=40, deadline=None)
@given(snapshots(), st.randoms())
def test_the_order_of_the_inputs_does_not_show_in_the_bytes(snapshot: Snapshot, chance: Any) -> None:
    accounts, people = list(snapshot.accounts), list(snapshot.people)
    chance.shuffle(accounts)
    chance.shuffle(people)
    accounts = [replace(account, products=account.products[::-1]) for account in accounts]
    mixed = replace(snapshot, accounts=tuple(accounts), people=tuple(people))
    assert mixed.canonical_bytes() == snapshot.canonical_bytes()
    assert mixed.sha256 == snapshot.sha256


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_a_snapshot_comes_back_from_its_bytes(snapshot: Snapshot) -> None:
    again = Snapshot.from_bytes(snapshot.canonical_bytes())
    assert again == snapshot
    assert again.sha256 == snapshot.sha256


def a_snapshot(*accounts: Account, people: tuple[Person, ...] = ()) -> Snapshot:
    return Snapshot(accounts, people, Rulebook(), "rulebook", 1, "cycle")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        a_snapshot(Account("a", "A")).canonical_bytes() + b" ",
        a_snapshot(Account("a", "A")).canonical_bytes().replace(b'"is_new":false', b'"is_new":0.5'),
        a_snapshot(Account("a", "A")).canonical_bytes().replace(b'"is_new":false', b'"is_new":0'),
        a_snapshot(Account("a", "A")).canonical_bytes().replace(b'"code":"A"', b'"code":"A","x":1'),
    ],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidSnapshot):
        Snapshot.from_bytes(content)


@pytest.mark.parametrize(
    "values",
    [
        {"id": ""},
        {"id": "a\nb"},
        {"value_minor": -1},
        {"value_minor": 2**53},
        {"value_minor": 1.5},
        {"workload_minutes": -1},
        {"workload_minutes": True},
        {"intent": "great"},
        {"pinned": True},
    ],
    ids=str,
)
def test_an_account_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidSnapshot, match="account A: "):
        Account(**{"id": "a", "code": "A", **values})


@pytest.mark.parametrize(
    "values",
    [
        {"id": "\u0000"},
        {"experience_level": 0},
        {"experience_level": 6},
        {"fte_permille": 1001},
        {"availability_permille": -1},
        {"max_accounts": -1},
        {"max_workload_minutes": 0.5},
    ],
    ids=str,
)
def test_a_person_who_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidSnapshot, match="person P: "):
        Person(**{"id": "p", "code": "P", **values})


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(InvalidSnapshot, match="twice"):
        a_snapshot(Account("a", "A"), Account("a", "B"))


def test_the_hash_covers_the_rulebook_and_the_cycle() -> None:
    first = a_snapshot(Account("a", "A"))
    others = [
        replace(first, cycle="other"),
        replace(first, rulebook_version=2),
        replace(first, rulebook=Rulebook.from_mapping({"move_price": 6})),
        a_snapshot(Account("a", "A", value_minor=1)),
    ]
    assert len({first.sha256, *(other.sha256 for other in others)}) == 5
    assert canonical_json({"a": 1}) not in first.canonical_bytes()
