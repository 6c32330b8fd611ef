"""How often somebody may try to log in before they have to wait, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class ThrottleRule:
    """So many attempts are free; then each costs a wait, twice as long each time."""

    free: int
    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(minutes=15)
    forgotten_after: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tries:
    """Attempts that did not succeed, or not yet."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None


# One address may stand for a whole office behind it.
PER_USERNAME = ThrottleRule(free=5)
PER_ADDRESS = ThrottleRule(free=50)


def wait(tries: Tries | None, now: datetime) -> timedelta | None:
    """How long to wait before the next attempt, or None."""
    if tries is None or tries.blocked_until is None or tries.blocked_until <= now:
        return None
    return tries.blocked_until - now


def counted(tries: Tries | None, now: datetime, rule: ThrottleRule) -> Tries:
    """The attempts with one more, made now; it counts before its outcome is known, so that no two share a place."""
    remembered = tries is not None and now - tries.last_at < rule.forgotten_after
    failures = (tries.failures if tries and remembered else 0) + 1
    return Tries(failures, now, _blocked_until(failures, now, rule))


def forgiven(tries: Tries, rule: ThrottleRule) -> Tries:
    """The attempts without the one that succeeded."""
    failures = max(tries.failures - 1, 0)
    return Tries(failures, tries.last_at, tries.blocked_until if failures >= rule.free else None)


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one subscriber of IPv6 has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) if isinstance(parsed, IPv6Address) else str(parsed)


def _blocked_until(failures: int, now: datetime, rule: ThrottleRule) -> datetime | None:
    over = failures - rule.free
    if over < 0:
        return None
    return now + min(rule.first_wait * (1 << min(over, 20)), rule.longest_wait)
