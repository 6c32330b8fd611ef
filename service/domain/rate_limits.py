"""How many requests a caller may make in a window, and the shares of it that processes take from a common count."""

from dataclasses import dataclass

WINDOW_S = 60
PART = 16  # a process takes this part of what is left, so that at most as much lies idle where nobody asks


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests a window; the name tells clients which limit is meant."""

    name: str
    quota: int

    @property
    def header(self) -> str:
        """RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10)."""
        return f'"{self.name}";q={self.quota};w={WINDOW_S}'


@dataclass(slots=True)
class Lease:
    """What one process may still let in until `ends` (seconds of its own clock), and what others may yet take."""

    left: int
    elsewhere: int
    ends: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a caller stands after a request: whether it may pass, how many remain, seconds until all are back."""

    policy: Policy
    passes: bool
    remaining: int
    seconds: int

    @property
    def header(self) -> str:
        """RateLimit (draft-ietf-httpapi-ratelimit-headers-10)."""
        return f'"{self.policy.name}";r={self.remaining};t={self.seconds}'


def wanted(remaining: int) -> int:
    """How many to take at once when so many are left: fewer towards the end, so that none is lost."""
    return max(1, remaining // PART)


def granted(quota: int, taken: int, asked: int) -> int:
    """How many of the asked ones were still there, when the count stands at `taken` with them."""
    return max(0, min(asked, quota - (taken - asked)))
