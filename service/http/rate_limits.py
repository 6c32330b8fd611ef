"""Rate limits that hold over all processes: each takes shares of a common count, and asks again when they are spent."""

import time
from asyncio import Lock
from math import ceil
from weakref import WeakValueDictionary

from service.database import Database
from service.domain.rate_limits import Allowance, Lease, Policy, granted, wanted
from service.operations.quotas import take

REMEMBERED_MAX = 10_000


class RateLimit:
    """One policy, and what this process may still let in for each of its subjects."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self.policy = policy
        self._database = database
        self._leases: dict[str, Lease] = {}
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    async def spend(self, subject: str) -> Allowance:
        """Counts a request; most times without a question to the database."""
        if self._is_spent(subject):
            async with self._turns.setdefault(subject, Lock()):  # one asks, those beside it share what it gets
                if self._is_spent(subject):
                    await self._renew(subject)
        lease = self._leases[subject]
        passes = lease.left > 0
        if passes:
            lease.left -= 1
        seconds = max(1, ceil(lease.ends - time.monotonic()))
        return Allowance(self.policy, passes, lease.left + lease.elsewhere, seconds)

    def _is_spent(self, subject: str) -> bool:
        lease = self._leases.get(subject)
        return lease is None or lease.ends <= time.monotonic() or (not lease.left and lease.elsewhere > 0)

    async def _renew(self, subject: str) -> None:
        """Takes a share of what is left."""
        quota, now = self.policy.quota, time.monotonic()
        old = self._leases.get(subject)
        asked = wanted(old.elsewhere if old and old.ends > now else quota)
        name = f"{self.policy.name} {subject}"
        taken, seconds = await self._database.ask(lambda connection: take(connection, name, asked))
        if len(self._leases) >= REMEMBERED_MAX:
            self._leases.clear()
        self._leases[subject] = Lease(granted(quota, taken, asked), max(0, quota - taken), now + seconds)


class RateLimits:
    """Who is known is limited by themself, everybody else by their address."""

    def __init__(self, database: Database, per_caller: int, per_address: int) -> None:
        self.callers = RateLimit(database, Policy("caller", per_caller))
        self.addresses = RateLimit(database, Policy("address", per_address))
