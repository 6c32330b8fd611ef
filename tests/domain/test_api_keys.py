from service.domain.api_keys import PREFIX, Scope, is_well_formed, new_key
from service.policy.rules import POLICIES


def test_a_fresh_key_is_well_formed_and_no_two_are_alike() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("evh_live_") and is_well_formed(key) for key in keys)


def test_any_one_wrong_character_is_noticed() -> None:
    key = new_key()
    for position in range(len(PREFIX), len(key)):
        wrong = key[:position] + ("a" if key[position] != "a" else "b") + key[position + 1 :]
        assert not is_well_formed(wrong), position


def test_what_is_cut_longer_or_foreign_is_no_key() -> None:
    key = new_key()
    assert not any(map(is_well_formed, (key[:-1], key + "a", key.removeprefix(PREFIX), PREFIX, "", "evh_test_" + key)))


def test_the_scopes_are_those_that_the_policy_tables_name() -> None:
    named = {scope for actions in POLICIES.values() for rule in actions.values() for scope in rule.scopes}
    assert named == set(Scope)
