"""In what loads are counted: the measure of one snapshot, and other accounts and people counted in it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from service.domain.distribution.core import Ints
from service.domain.distribution.dimensions import Dimension, roll_of
from service.domain.distribution.giants import with_giants_at_rest
from service.domain.distribution.instance import Instance, misfit_price
from service.domain.distribution.priority import TOP, priority_of, wanted_level
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.scale import SCORE_LIMIT, Scale, TooLarge, shares_of
from service.domain.distribution.snapshot import Account, Person, Snapshot


@dataclass(frozen=True)
class Share:
    """The measure of one load, as Dimension has it; `pool`: ids of who can carry it, None for all who take part."""

    name: str
    points: int
    pool_weight: int
    total: int
    pool: tuple[str, ...] | None


@dataclass(frozen=True)
class Measure:
    """In what loads and values are counted: the shares, scores and value ranks of the snapshot that opened a ledger.

    `ladder`: pairs of a value and the rank, from 0 to TOP, of whatever is worth more, ascending.
    """

    snapshot_sha256: str
    rulebook: Rulebook
    rulebook_id: str
    rulebook_version: int
    cycle: str
    shares: tuple[Share, ...]
    scale: Scale
    ladder: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, instance: Instance) -> Self:
        """The measure of a snapshot."""
        snapshot = instance.snapshot
        return cls(
            snapshot_sha256=snapshot.sha256,
            rulebook=snapshot.rulebook,
            rulebook_id=snapshot.rulebook_id,
            rulebook_version=snapshot.rulebook_version,
            cycle=snapshot.cycle,
            shares=tuple(_share(part, snapshot.people) for part in instance.dimensions),
            scale=instance.scale,
            ladder=_ladder(account.value_minor or 0 for account in snapshot.accounts),
        )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The measure of parsed JSON."""
        return cls(
            **{name: mapping[name] for name in ("snapshot_sha256", "rulebook_id", "rulebook_version", "cycle")},
            rulebook=Rulebook.from_mapping(mapping["rulebook"]),
            shares=tuple(Share(**{**one, "pool": one["pool"] and tuple(one["pool"])}) for one in mapping["shares"]),
            scale=Scale(**{**mapping["scale"], "gamma": tuple(mapping["scale"]["gamma"])}),
            ladder=tuple((value, rank) for value, rank in mapping["ladder"]),
        )

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            **vars(self),
            "rulebook": self.rulebook.to_mapping(),
            "shares": [vars(one) for one in self.shares],
            "scale": vars(self.scale),
        }

    def wanted_level(self, account: Account) -> int:
        """The experience level that fits an account best, its value ranked among those of the snapshot."""
        step = bisect_left(self.ladder, (account.value_minor or 0, -1))
        rank = self.ladder[step - 1][1] if step else 0
        return wanted_level(priority_of(self.rulebook, account, rank))


@dataclass(frozen=True)
class Excerpt(Snapshot):
    """Some accounts beside all people, which go by the hash of the snapshot that measures them."""

    whole: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the snapshot that measures them."""
        return self.whole


class Measured(Instance):
    """Some accounts and all people of a ledger, counted in the shares of its measure instead of their own."""

    def __init__(self, measure: Measure, accounts: tuple[Account, ...], people: tuple[Person, ...]) -> None:
        super().__init__(
            Excerpt(
                accounts,
                people,
                measure.rulebook,
                measure.rulebook_id,
                measure.rulebook_version,
                measure.cycle,
                whole=measure.snapshot_sha256,
            )
        )
        own = {part.name: part.loads for part in self.dimensions}
        self.dimensions = tuple(self._dimension(share, own.get(share.name)) for share in measure.shares)
        roll = roll_of(self.snapshot, self.classes, self.weights)
        self.roll = with_giants_at_rest(measure.rulebook, self.dimensions, roll)
        self.scale = measure.scale
        self.loads = shares_of(self.dimensions, self.scale.share_bits, len(accounts))
        wanted = [measure.wanted_level(account) for account in self.snapshot.accounts]
        self.classes = replace(self.classes, wanted=np.array(wanted, np.int64))
        self._prepare()

    def _dimension(self, share: Share, loads: tuple[int, ...] | None) -> Dimension:
        """One load of these accounts; nothing where none of them has it."""
        people = self.snapshot.people
        known = None if share.pool is None else set(share.pool)
        pool = (self.weights > 0) & np.array([known is None or person.id in known for person in people], np.bool_)
        loads = loads or (0,) * len(self.snapshot.accounts)
        return Dimension(share.name, share.points, pool, share.pool_weight, loads, share.total)


def expect_no_overflow(instance: Instance, carried: Ints) -> None:
    """TooLarge unless the bound of Instance holds with what is carried by now."""
    scale, rulebook = instance.scale, instance.snapshot.rulebook
    reciprocal = int(instance.reciprocal.max(initial=0))
    bound = scale.point * (misfit_price(instance.snapshot, instance.classes) + rulebook.move_price)
    for at, gamma in enumerate(scale.gamma):
        greatest = int(instance.loads[:, at].max(initial=0))
        most = int(carried[:, at].max(initial=0))
        bound += gamma * greatest * ((2 * most + greatest) * reciprocal + scale.target)
    if bound >= SCORE_LIMIT:
        raise TooLarge("what arrived since the ledger was opened outgrows its shares")


def _share(part: Dimension, people: Sequence[Person]) -> Share:
    """The measure of one load."""
    pool = tuple(people[at].id for at in np.flatnonzero(part.pool).tolist()) if part.name.startswith("tier:") else None
    return Share(part.name, part.points, part.pool_weight, part.total, pool)


def _ladder(values: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Where the rank of a value rises."""
    ordered = sorted(values)
    others = max(1, len(ordered) - 1)
    steps: dict[int, int] = {}
    for less, value in enumerate(ordered, 1):
        steps[value] = min(TOP, TOP * less // others)
    ladder, reached = [], 0
    for value, rank in steps.items():
        if rank > reached:
            ladder.append((value, rank))
            reached = rank
    return tuple(ladder)
