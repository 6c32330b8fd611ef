"""Depth-1 ejection: an account that found no room gets it when one other account can move on."""

from collections.abc import Sequence

import numpy as np

from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scoring import NOBODY, scores_of, winner

MOST_HOSTS = 8
"""How many eligible people are tried for one account, the best score first."""
MOST_GUESTS = 200
"""How many of the accounts of each of them are tried, the least important first."""
MOST_TRIES = 20_000
"""How many accounts are tried in the whole plan."""


class Repair:
    """What is left of the tries of one plan; each success moves two accounts within all rules and caps."""

    def __init__(self, ledger: Ledger, order: Sequence[int]) -> None:
        self.ledger = ledger
        self.least_important_first = np.array(order[::-1], np.int64)
        self.tries = MOST_TRIES

    def find_room(self, account: int) -> bool:
        """Whether an account that nobody has was placed by moving one other on; else nothing has changed."""
        people, scores, _ = scores_of(self.ledger, account)
        hosts = people[np.argsort(scores, kind="stable")].tolist()[:MOST_HOSTS]
        return any(self._swapped(account, host, guest) for host in hosts for guest in self._guests(account, host))

    def _guests(self, account: int, host: int) -> list[int]:
        """The accounts of a host whose leaving makes room, and which are small enough for some other person."""
        ledger, instance = self.ledger, self.ledger.instance
        if ledger.count[host] > instance.most_accounts[host]:
            return []
        open_people = (ledger.count < instance.most_accounts) & (np.arange(len(ledger.count)) != host)
        most = int((instance.most_minutes - ledger.minutes)[open_people].max(initial=-1))
        least = int(ledger.minutes[host] + instance.minutes[account] - instance.most_minutes[host])
        guests = self.least_important_first[ledger.owner[self.least_important_first] == host]
        minutes = instance.minutes[guests]
        fitting: list[int] = guests[(minutes <= most) & (minutes >= least)].tolist()
        return fitting[: min(MOST_GUESTS, self.tries)]

    def _swapped(self, account: int, host: int, guest: int) -> bool:
        """Whether the guest found room elsewhere and the account its place; else nothing has changed."""
        self.tries -= 1
        self.ledger.take(guest)
        self.ledger.put(account, host)
        other = winner(self.ledger, guest)
        if other == NOBODY:
            self.ledger.take(account)
        self.ledger.put(guest, host if other == NOBODY else other)
        return other != NOBODY
