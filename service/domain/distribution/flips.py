"""The smallest change of somebody's own data that would have turned a decision, everything else staying as it was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from service.domain.distribution.candidacy import Candidacy, candidacy
from service.domain.distribution.decimals import decimal, hours
from service.domain.distribution.eligibility import FULL, LEAST_WEIGHT, Failed, Rule
from service.domain.distribution.instance import MILLION, reciprocal_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Account, Person
from service.domain.distribution.wording import filled, joined, load_name, quoted
from service.errors import Sentence


@dataclass(frozen=True)
class Change:
    """One thing that would be different: a field of the person, or load:<name> in shares, rounded to suffice."""

    field: str
    before: Any
    after: Any

    def sentence(self) -> Sentence:
        """The change in words."""
        if self.field.startswith("load:"):
            less = Fraction(self.before) - Fraction(self.after)
            wording = CHANGES["load_less" if less > 0 else "load_more"]
            return filled(wording, load=load_name(self.field.removeprefix("load:")), share=decimal(abs(less) * 100, 4))
        added = [code for code in self.after if code not in self.before] if isinstance(self.after, tuple) else []
        listed = joined(map(quoted, added))
        told = hours if self.field == "max_workload_minutes" else str
        return filled(CHANGES[self.field], before=told(self.before), after=told(self.after), added=listed)

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, in the names and units in which the API has a person's data."""
        name, told = AS_IN_API.get(self.field, (self.field, _listed))
        return {"field": name, "before": told(self.before), "after": told(self.after)}


def _listed(value: Any) -> Any:
    """A list as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


AS_IN_API: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "fte_permille": ("fte", lambda permille: decimal(Fraction(permille, 1000), 3)),
    "availability_permille": ("absent", lambda permille: permille < 1000),
    "max_workload_minutes": ("max_workload_hours", hours),
}
"""Fields of an entry that the API has under another name and in another unit; `absent`: not there all the time."""
CHANGES = {
    "load_less": Sentence(
        "your load in {load} had been lower by {share} % of a full-time share",
        "{load}负荷减少 {share}%（以一个全职份额为 100%）",
    ),
    "load_more": Sentence(
        "your load in {load} had been higher by {share} % of a full-time share",
        "{load}负荷增加 {share}%（以一个全职份额为 100%）",
    ),
    "regions": Sentence("you had covered the region {added}", "负责地域包括{added}"),
    "industries": Sentence("you had covered the industry {added}", "负责行业包括{added}"),
    "products": Sentence("you had sold {added}", "负责产品包括{added}"),
    "experience_level": Sentence(
        "your experience level had been {after} instead of {before}", "经验等级为 {after}（原为 {before}）"
    ),
    "fte_permille": Sentence("you had worked full-time", "全职工作"),
    "availability_permille": Sentence("you had been at work", "在岗"),
    "max_accounts": Sentence(
        "your cap on accounts had been {after} instead of {before}", "客户数量上限为 {after}（原为 {before}）"
    ),
    "max_workload_minutes": Sentence(
        "your cap on hours a month had been {after} instead of {before}", "工时上限为每月 {after} 小时（原为 {before}）"
    ),
}


@dataclass(frozen=True)
class Flip:
    """Changes that together would have turned the decision."""

    changes: tuple[Change, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"changes": [change.to_mapping() for change in self.changes]}


def flips(ledger: Ledger, account_id: str, person_id: str) -> tuple[Flip, ...]:
    """What would have brought an account to a person, or taken it from its winner: the smallest first, others after.

    The size of a fair share and what everybody else has stay as they are. Empty when the rule was not asked or no
    single change of the person's own data beside what the hard rules need would do.
    """
    instance = ledger.instance
    account, person = instance.account_numbers[account_id], instance.person_numbers[person_id]
    if not instance.roll.free[account]:
        return ()
    with ledger.without(account) as holder:
        people = instance.classes.eligible(account).tolist()
        standing = [candidacy(ledger, account, number, holder) for number in people]
        field = sorted((each for each in standing if each.open), key=lambda each: each.key)
        if field and field[0].person == person:
            return tuple(_losing(ledger, account, field))
        return tuple(_winning(ledger, account, person, holder, field[0] if field else None))


def _losing(ledger: Ledger, account: int, field: list[Candidacy]) -> Iterator[Flip]:
    """The least additional load with which the winner would have lost to the runner-up."""
    if len(field) > 1:
        own, rival = field[:2]
        change = _other_load(ledger, account, own, rival.score - own.score + (own.tie < rival.tie))
        if change:
            yield Flip((change,))


def _winning(ledger: Ledger, account: int, person: int, holder: int, winner: Candidacy | None) -> Iterator[Flip]:
    """What the hard rules need; where that is not enough, with the least relief of a load or one other change."""
    own = candidacy(ledger, account, person, holder)
    entry = _permitted(ledger.instance.snapshot.accounts[account], own)
    if entry is None:
        return
    needed = _changes(own.entry, entry)
    able = candidacy(ledger, account, person, holder, entry)
    if winner is None or able.key < winner.key:
        yield Flip(needed)
        return
    relief = _other_load(ledger, account, able, winner.score - able.score - (able.tie > winner.tie))
    if relief:
        yield Flip((*needed, relief))
    for other in _better(ledger.instance.snapshot.accounts[account], able):
        changed = candidacy(ledger, account, person, holder, other)
        if not changed.failed and changed.key < winner.key:
            yield Flip(_changes(own.entry, other))


def _permitted(account: Account, own: Candidacy) -> Person | None:
    """The person with what the hard rules and caps ask for; None for a blocked pair, which nobody's own data undo."""
    entry = own.entry
    for failed in (*own.failed, *own.full):
        if failed.rule is Rule.BLOCKED_PAIR:
            return None
        entry = replace(entry, **_remedied(account, entry, failed))
    return entry


def _remedied(account: Account, entry: Person, failed: Failed) -> dict[str, Any]:
    """The fields of a person that pass a rule which they fail."""
    if failed.rule is Rule.AVAILABILITY:
        part_time = entry.fte_permille * 1000 >= LEAST_WEIGHT
        return {"availability_permille": 1000, "fte_permille": entry.fte_permille if part_time else 1000}
    remedies: dict[Rule, dict[str, Any]] = {
        Rule.REGION: {"regions": (*entry.regions, failed.required)},
        Rule.INDUSTRY: {"industries": (*entry.industries, failed.required)},
        Rule.PRODUCT: {"products": (*entry.products, *account.products)},
        Rule.EXPERIENCE: {"experience_level": failed.required},
        Rule.COUNT_CAP: {"max_accounts": failed.actual},
        Rule.WORKLOAD_CAP: {"max_workload_minutes": failed.actual},
    }
    return remedies[failed.rule]


def _better(account: Account, able: Candidacy) -> Iterator[Person]:
    """The person with one more thing covered, or another level of experience, the nearest first."""
    entry, matched = able.entry, able.match
    if matched.geography < FULL and account.region is not None:
        yield replace(entry, regions=(*entry.regions, account.region))
    if matched.industry < FULL and account.industry is not None:
        yield replace(entry, industries=(*entry.industries, account.industry))
    if matched.product < FULL:
        yield replace(entry, products=(*entry.products, *account.products))
    levels = sorted({1, 2, 3, 4, 5} - {entry.experience_level}, key=lambda level: abs(level - entry.experience_level))
    yield from (replace(entry, experience_level=level) for level in levels)


def _other_load(ledger: Ledger, account: int, own: Candidacy, needed: int) -> Change | None:
    """The smallest change of one load that moves a score by so much or more, downwards when negative, if any."""
    instance = ledger.instance
    slopes = (2 * reciprocal_of(own.entry.weight_millionths) * instance.gamma * instance.loads[account]).tolist()
    carried = ledger.carried[own.person].tolist()
    sizes = [(-(-abs(needed) // slope), at) for at, slope in enumerate(slopes) if slope > 0]
    possible = [(size, at) for size, at in sizes if needed > 0 or size <= carried[at]]
    if not possible:
        return None
    size, at = min(possible)
    before, step = (_rounded_up(Fraction(number, 1 << instance.scale.share_bits)) for number in (carried[at], size))
    after = before + step if needed > 0 else max(before - step, Fraction(0))
    return Change(f"load:{instance.dimensions[at].name}", decimal(before), decimal(after))


def _rounded_up(share: Fraction) -> Fraction:
    """A share with six decimals, not less than it is."""
    return Fraction(-(-share.numerator * MILLION // share.denominator), MILLION)


def _changes(before: Person, after: Person) -> tuple[Change, ...]:
    """The fields in which two entries of a person differ."""
    return tuple(
        Change(name, value, getattr(after, name))
        for name, value in vars(before).items()
        if value != getattr(after, name)
    )
