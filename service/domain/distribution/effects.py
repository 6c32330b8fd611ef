"""What changes of hands do to fairness, told on a running balance: only few people's loads change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from service.domain.distribution.balance import Balance
from service.domain.distribution.claims import ALL_LOADS, justified_claims
from service.domain.distribution.decimals import decimal
from service.domain.distribution.fairness import EXTREMES, Evenness, evenness_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scale import MILLION
from service.domain.distribution.snapshot import Account
from service.domain.distribution.wording import both, filled, load_name, opening
from service.errors import Sentence

Shares = Mapping[str, Mapping[int, Fraction]]
CLAIMS = Sentence(
    "Transfers of one account of these two people that would bring two people closer, all loads weighed: {after}; "
    "before: {before}.",
    "综合各项负荷，移动此二人的一个客户即可使两人更接近的情形：{after} 项；此前 {before} 项。",
)


def reassignment(balance: Balance, accounts: Sequence[Account], given: Mapping[str, str | None]) -> dict[str, Any]:
    """Fairness before and after accounts go to people, or to nobody (account id → person id), everything else staying.

    `accounts`: all that these people and the accounts' owners have, and the accounts themselves. Members: dimensions
    (before, after; giants are not told apart), claims on these accounts (counts before and after), people (those
    concerned), sentences.
    """
    before = balance.ledger(accounts)
    after = twin(before)
    numbers, entries = balance.numbers, before.instance.snapshot.accounts
    two: set[str | None] = set(given.values())
    for account_id, person_id in given.items():
        account = before.instance.account_numbers[account_id]
        two.add(entries[account].owner)
        after.take(account)
        if person_id in numbers:
            after.put(account, numbers[person_id])
    shares = carried_shares(before), carried_shares(after)
    even = [evenness(ledger, part) for ledger, part in zip((before, after), shares, strict=True)]
    claims = [dict(justified_claims(ledger).counts) for ledger in (before, after)]
    return {
        "dimensions": list(dimensions(before, *even)),
        "claims": dict(zip(("before", "after"), claims, strict=True)),
        "people": [standing(before, at, *shares) for id_, at in numbers.items() if id_ in two],
        "sentences": both(sentences(even[0], even[1], claims[0][ALL_LOADS], claims[1][ALL_LOADS])),
    }


def shared(
    accounts: Sequence[Account], account_id: str, person_id: str, percent: int
) -> tuple[tuple[Account, ...], dict[str, str | None]]:
    """Accounts and who gets them when a part of one goes to a person and the rest stays with its owner.

    `percent`: of value and hours, what counts for the person; each part counts as an account, as it does once shared
    (by then there is one account more to be shared fairly, which is not foreseen here).
    """
    whole = next(one for one in accounts if one.id == account_id)
    rest, part = (counted_in_part(whole, name, share) for name, share in (("rest", 100 - percent), ("part", percent)))
    return (*accounts, rest, part), {account_id: None, rest.id: whole.owner, part.id: person_id}


def counted_in_part(whole: Account, name: str, percent: int) -> Account:
    """A part of an account, which nobody has yet and nothing holds back."""
    return replace(
        whole,
        id=f"{whole.id}:{name}",
        owner=None,
        held_back=None,
        value_minor=None if whole.value_minor is None else whole.value_minor * percent // 100,
        workload_minutes=whole.workload_minutes * percent // 100,
    )


def twin(ledger: Ledger) -> Ledger:
    """A ledger of the same instance on which everybody has what they have on this one."""
    other = Ledger(ledger.instance)
    other.owner, other.carried = ledger.owner.copy(), ledger.carried.copy()
    other.minutes, other.count = ledger.minutes.copy(), ledger.count.copy()
    return other


def carried_shares(ledger: Ledger) -> dict[str, dict[int, Fraction]]:
    """ℓ of each person who can carry a load, by load, in the ledger's whole-number shares."""
    instance = ledger.instance
    weights, bits = instance.weights.tolist(), instance.scale.share_bits
    return {
        part.name: {
            person: Fraction(load * MILLION, weights[person] << bits)
            for person, (load, carries) in enumerate(
                zip(ledger.carried[:, at].tolist(), part.pool.tolist(), strict=True)
            )
            if carries
        }
        for at, part in enumerate(instance.dimensions)
    }


def evenness(ledger: Ledger, shares: Shares) -> dict[str, Evenness]:
    """How evenly each load lies that somebody can carry."""
    return {
        part.name: replace(evenness_of(ledger, part, shares[part.name], ()), residual=None)
        for part in ledger.instance.dimensions
        if shares[part.name]
    }


def dimensions(
    ledger: Ledger, before: Mapping[str, Evenness], after: Mapping[str, Evenness]
) -> Iterator[dict[str, Any]]:
    """Each load before and after, as JSON data."""
    for part in ledger.instance.dimensions:
        if part.name in before:
            yield {
                "name": part.name,
                "points": part.points,
                "people": int(part.pool.sum()),
                "total": str(part.total),
                "before": before[part.name].to_mapping(),
                "after": after[part.name].to_mapping(),
            }


def standing(ledger: Ledger, person: int, before: Shares, after: Shares) -> dict[str, Any]:
    """One person's loads before and after, as JSON data."""
    entry, weight = ledger.instance.snapshot.people[person], int(ledger.instance.weights[person])
    loads = {
        when: {name: decimal(part[person]) for name, part in shares.items() if person in part}
        for when, shares in (("before", before), ("after", after))
    }
    return {"person_id": entry.id, "code": entry.code, "weight": decimal(Fraction(weight, MILLION)), **loads}


def sentences(
    before: Mapping[str, Evenness], after: Mapping[str, Evenness], claims_before: int, claims_after: int
) -> Iterator[Sentence]:
    """The change in plain words, without anybody's name."""
    for name, now in after.items():
        extremes = {"most": now.greatest, "least": now.least}
        extremes |= {"most_before": before[name].greatest, "least_before": before[name].least}
        numbers = {key: decimal(share, 2) for key, (share, _) in extremes.items()}
        yield opening(filled(EXTREMES, load=load_name(name), **numbers))
    yield filled(CLAIMS, before=claims_before, after=claims_after)
