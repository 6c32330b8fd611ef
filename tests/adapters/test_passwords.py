"""Passwords: what a hash costs, who waits, who is sent away."""

import asyncio
import threading

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from service.adapters.passwords import AT_ONCE, WAITING_AT_MOST, Passwords
from service.errors import Overloaded


def cheap() -> Passwords:
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


async def test_a_hash_costs_what_rfc_9106_asks_for() -> None:
    assert (await Passwords().hash("马到成功")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_only_the_right_password_matches_and_nobodys_never_does() -> None:
    passwords = cheap()
    known = await passwords.hash("马到成功 2026")
    assert await passwords.matches("马到成功 2026", known)
    assert not await passwords.matches("马到成功 2027", known)
    assert not await passwords.matches("马到成功 2026", None)


async def test_few_are_hashed_at_once_and_the_loop_goes_on() -> None:
    passwords = cheap()
    now, most, lock = 0, 0, threading.Lock()
    release, full, loop = threading.Event(), asyncio.Event(), asyncio.get_running_loop()
    hash_ = passwords._argon2.hash

    def slow(password: str) -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == AT_ONCE:
                loop.call_soon_threadsafe(full.set)
        release.wait(10)
        with lock:
            now -= 1
        return hash_(password)

    passwords._argon2.hash = slow  # type: ignore[method-assign,assignment]
    waiting = [asyncio.create_task(passwords.hash("x")) for _ in range(WAITING_AT_MOST)]
    await asyncio.wait_for(full.wait(), 10)
    with pytest.raises(Overloaded) as refused:
        await passwords.hash("one too many")
    release.set()
    await asyncio.gather(*waiting)
    assert most == AT_ONCE
    assert refused.value.headers["Retry-After"] == "2"
    assert await passwords.hash("again")
