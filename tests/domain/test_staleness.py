"""What has changed since a snapshot was taken."""

from dataclasses import replace

from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.staleness import FIELDS, GONE, Changed, changes_since, told

ACCOUNTS = tuple(Account(f"a{number}", f"KH-{number}", value_minor=100, owner="p1") for number in range(3))
PEOPLE = (Person("p1", "S1"), Person("p2", "S2"))
TAKEN = Snapshot(ACCOUNTS, PEOPLE, Rulebook(), "r", 1, "c")


def test_nothing_has_changed_in_the_same_data() -> None:
    assert changes_since(TAKEN, replace(TAKEN)) == []


def test_what_came_since_is_no_change() -> None:
    now = replace(TAKEN, accounts=(*ACCOUNTS, Account("new", "N")), people=(*PEOPLE, Person("p3", "S3")))
    assert changes_since(TAKEN, now) == []


def test_each_changed_field_and_each_missing_entry_is_named() -> None:
    accounts = (replace(ACCOUNTS[0], value_minor=7, tier="gold"), ACCOUNTS[2])
    now = replace(TAKEN, accounts=accounts, people=(PEOPLE[0], replace(PEOPLE[1], max_accounts=3)))
    assert changes_since(TAKEN, now) == [
        Changed("account", "KH-0", ("tier", "value_minor")),
        Changed("account", "KH-1", (GONE,)),
        Changed("person", "S2", ("max_accounts",)),
    ]


def test_the_sentence_counts_and_names_in_both_languages() -> None:
    sentence = told([Changed("account", f"KH-{n}", ("owner",)) for n in range(12)] + [Changed("person", "S2", (GONE,))])
    assert sentence.en.startswith("Changed since: 12 accounts (owner), such as KH-0, KH-1")
    assert "KH-10" not in sentence.en
    assert sentence.en.endswith("; 1 person (no longer there), such as S2.")
    assert sentence.zh.endswith("；1 名人员（已不在范围内），例如 S2。")


def test_every_field_of_an_entry_has_its_words() -> None:
    assert set(FIELDS) >= {*vars(ACCOUNTS[0]), *vars(PEOPLE[0])} - {"id"}
