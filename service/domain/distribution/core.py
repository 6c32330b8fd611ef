"""The numeric core of a distribution: everything that the rule reads, and everything that it changes, as arrays.

One core and one state serve both forms of the rule: numpy in the web process, compiled code in the worker.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Words: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.uint32]
Parts: TypeAlias = NDArray[np.int32]

NOBODY = -1
NO_CAP = 2**60
LANES = 4
"""Loads are padded with empty dimensions to a multiple of this, so that compiled loops have a fixed width."""


class Core(NamedTuple):
    """What the rule reads of n accounts in C classes, K people, D dimensions padded to W; the formula is in Scale.

    `of_account` (n): class of each account; `people[start[c]:start[c + 1]]`: who may serve class c, ascending, with
    `misfit` beside them: parts short of a complete match, experience apart; `experience` (5 × K): parts that
    experience makes good, by the account's `wanted` level (n, from 0); `part_price`, `move_price`: score of one part of
    misfit, and of a change of owner; `loads` (n × W), `gamma` (W), `reciprocal` (K); `minutes` (n), `most_minutes`,
    `most_accounts` (K): the caps; `standing` (n): present owner or −1; `tie_account`, `tie_person`: see ties.
    """

    of_account: Ints
    start: Ints
    people: Numbers
    misfit: Parts
    experience: Parts
    wanted: Ints
    part_price: np.int64
    move_price: np.int64
    loads: Ints
    gamma: Ints
    reciprocal: Ints
    minutes: Ints
    most_minutes: Ints
    most_accounts: Ints
    standing: Ints
    tie_account: Words
    tie_person: Words


class State(NamedTuple):
    """Who has what: `owner` (n) or −1; `carried` (K × W), `minutes` and `held` (K) sum over what each person owns."""

    owner: Ints
    carried: Ints
    minutes: Ints
    held: Ints


class Memory(NamedTuple):
    """What passes remember of accounts and people, so that what cannot have changed is not asked again.

    `moved_at` (K), `judged_at`, `skimmed_at` (n): the clock of moves when a load changed, and when an account was last
    asked about among all candidates and among the remembered ones; of these (n × their number, the best first, −1 for
    none): `short`, places in all rows, `near`, who they are, and `fixed`, what they cost beside loads and moving.
    """

    moved_at: Ints
    judged_at: Ints
    skimmed_at: Ints
    short: Parts
    near: Parts
    fixed: Ints

    def forget(self) -> None:
        """All accounts are to be asked about again."""
        self.judged_at[:] = self.skimmed_at[:] = -1


def empty_memory(accounts: int, people: int, remembered: int) -> Memory:
    """A memory in which no account has been asked about."""
    return Memory(
        moved_at=np.zeros(people, np.int64),
        judged_at=np.full(accounts, -1, np.int64),
        skimmed_at=np.full(accounts, -1, np.int64),
        short=np.full((accounts, remembered), NOBODY, np.int32),
        near=np.full((accounts, remembered), NOBODY, np.int32),
        fixed=np.zeros((accounts, remembered), np.int64),
    )


class Holdings(NamedTuple):
    """What everybody has, laid out person by person: `members[start[k]:start[k + 1]]` are the accounts of k.

    By place in `members`: `classes`, `levels` (wanted), `loads` (W × places), `costs` at the owner beside loads, and
    `spares`: how far these lie above the least cost with anybody; `slots` (n): each account's place; `parts` (K × C):
    misfit of each person for each class, −1 for who may not serve it.
    """

    start: Ints
    members: Ints
    slots: Ints
    classes: Parts
    levels: Parts
    loads: Ints
    costs: Ints
    spares: Ints
    parts: Parts


def holdings_of(core: Core, start: Ints, members: Ints) -> Holdings:
    """Holdings of these members, whose rows are empty yet except for who may serve what."""
    places, classes = len(members), len(core.start) - 1
    parts = np.full((len(core.reciprocal), classes), -1, np.int32)
    parts[core.people, np.repeat(np.arange(classes), np.diff(core.start))] = core.misfit
    costs, spares = np.zeros((2, places), np.int64)
    return Holdings(
        start=start,
        members=members,
        slots=np.zeros(len(core.of_account), np.int64),
        classes=core.of_account[members].astype(np.int32),
        levels=core.wanted[members].astype(np.int32),
        loads=np.ascontiguousarray(core.loads[members].T),
        costs=costs,
        spares=spares,
        parts=parts,
    )


def empty_state(core: Core) -> State:
    """The state in which nobody has anything."""
    accounts, people = len(core.of_account), len(core.reciprocal)
    return State(
        owner=np.full(accounts, NOBODY, np.int64),
        carried=np.zeros((people, core.loads.shape[1]), np.int64),
        minutes=np.zeros(people, np.int64),
        held=np.zeros(people, np.int64),
    )


def state_of(core: Core, owner: Ints) -> State:
    """The state of given owners (n, −1 for nobody)."""
    state = empty_state(core)
    owned = np.flatnonzero(owner >= 0)
    who = owner[owned]
    state.owner[:] = owner
    np.add.at(state.carried, who, core.loads[owned])
    np.add.at(state.minutes, who, core.minutes[owned])
    state.held[:] = np.bincount(who, minlength=len(state.held))
    return state


def in_order(core: Core, order: Ints) -> Core:
    """The core of some accounts, numbered as they come: loops over them then read memory in sequence."""
    return core._replace(
        of_account=core.of_account[order],
        wanted=core.wanted[order],
        loads=core.loads[order],
        minutes=core.minutes[order],
        standing=core.standing[order],
        tie_account=core.tie_account[order],
    )


def padded(loads: Ints) -> Ints:
    """Columns of loads (n × D) filled up with zeros to the core's width."""
    width = max(LANES, -(-loads.shape[1] // LANES) * LANES)
    wide = np.zeros((len(loads), width), np.int64)
    wide[:, : loads.shape[1]] = loads
    return wide
