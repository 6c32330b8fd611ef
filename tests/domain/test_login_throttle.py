from datetime import UTC, datetime, timedelta

import pytest

from service.domain.login_throttle import ThrottleRule, Tries, counted, forgiven, network_of, wait

NOW = datetime(2026, 2, 15, 8, 0, tzinfo=UTC)
RULE = ThrottleRule(free=3)


def after(attempts: int) -> Tries:
    tries = None
    for _ in range(attempts):
        tries = counted(tries, NOW, RULE)
    assert tries
    return tries


def test_the_first_attempts_are_free_and_then_each_costs_twice_the_wait() -> None:
    waits = [wait(after(attempts), NOW) for attempts in range(1, 10)]
    minutes = [left and left.total_seconds() / 60 for left in waits]
    assert minutes == [None, None, 1, 2, 4, 8, 15, 15, 15]


def test_ten_thousand_failures_wait_no_longer_than_the_longest() -> None:
    assert wait(counted(Tries(10_000, NOW, None), NOW, RULE), NOW) == timedelta(minutes=15)


def test_a_wait_ends_and_the_next_failure_begins_a_longer_one() -> None:
    blocked = after(3)
    later = NOW + timedelta(minutes=1)
    assert wait(blocked, later - timedelta(microseconds=1)) == timedelta(microseconds=1)
    assert wait(blocked, later) is None
    assert wait(counted(blocked, later, RULE), later) == timedelta(minutes=2)


def test_failures_are_forgotten_after_a_day() -> None:
    assert counted(after(9), NOW + timedelta(hours=23), RULE).failures == 10
    assert counted(after(9), NOW + timedelta(hours=24), RULE).failures == 1


def test_a_success_takes_its_own_attempt_back_and_no_other() -> None:
    assert forgiven(after(3), RULE) == Tries(2, NOW, None)
    assert wait(forgiven(after(5), RULE), NOW) == timedelta(minutes=4)
    assert forgiven(Tries(0, NOW, None), RULE).failures == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_one_subscriber_is_one_client(address: str, network: str) -> None:
    assert network_of(address) == network
