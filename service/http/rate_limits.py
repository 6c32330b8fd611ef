"""Rate limits that hold over all processes: each takes shares of a common count, and asks again when they are spent."""

import time
from math import ceil

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

    async def spend(self, subject: str) -> Allowance:
        """Counts a request; most times without a question to the database."""
        lease, now = self._leases.get(subject), time.monotonic()
        if lease is None or lease.ends <= now or (not lease.left and lease.elsewhere):
            lease = await self._renewed(subject, lease, now)
        passes = lease.left > 0
        if passes:
            lease.left -= 1
        seconds = max(1, ceil(lease.ends - now))
        return Allowance(self.policy, passes, lease.left + lease.elsewhere, seconds)

    async def _renewed(self, subject: str, old: Lease | None, now: float) -> Lease:
        """A share of what is left; added to what a request beside this one took meanwhile."""
        quota = self.policy.quota
        asked = wanted(old.elsewhere if old and old.ends > now else quota)
        name = f"{self.policy.name} {subject}"
        taken, window, seconds = await self._database.ask(lambda connection: take(connection, name, asked))
        beside = self._leases.get(subject)
        left = granted(quota, taken, asked) + (beside.left if beside and beside.window == window else 0)
        if len(self._leases) >= REMEMBERED_MAX:
            self._leases.clear()
        lease = self._leases[subject] = Lease(window, left, max(0, quota - taken), now + seconds)
        return lease


class RateLimits:
    """Who is known is limited by themself, everybody else by their address."""

    def __init__(self, database: Database, per_caller: int, per_address: int) -> None:
        self.callers = RateLimit(database, Policy("caller", per_caller))
        self.addresses = RateLimit(database, Policy("address", per_address))
