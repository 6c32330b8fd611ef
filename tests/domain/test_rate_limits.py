"""Shares of a quota: together never more than it, and none lost to whoever asks to the end."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.rate_limits import PART, Allowance, Policy, granted, wanted


@given(st.integers(1, 5000), st.lists(st.integers(0, 3), min_size=1, max_size=50))
def test_processes_that_ask_to_the_end_get_the_quota_and_no_more(quota: int, order: list[int]) -> None:
    taken, given_out, seen = 0, 0, dict.fromkeys(range(4), quota)
    turns = 0
    while taken < quota:
        process = order[turns % len(order)]
        asked = wanted(seen[process])
        taken += asked
        given_out += granted(quota, taken, asked)
        seen[process] = max(0, quota - taken)
        turns += 1
    assert given_out == quota
    assert all(granted(quota, taken + asked, asked) == 0 for asked in (1, quota))


def test_few_questions_serve_a_whole_quota() -> None:
    quota, taken, questions = 6000, 0, 0
    while taken < quota:
        taken += wanted(quota - taken)
        questions += 1
    assert questions < 8 * PART
    assert questions / quota < 0.025


def test_headers_are_structured_fields() -> None:
    policy = Policy("caller", 6000)
    assert policy.header == '"caller";q=6000;w=60'
    assert Allowance(policy, True, 12, 34).header == '"caller";r=12;t=34'
