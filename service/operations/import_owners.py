"""Whom the rows of an import name as responsible for their accounts, and whether those may be so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.eligibility import Failed, failed_caps, failed_rules
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.snapshot import Person as PersonEntry
from service.domain.distribution.wording import failed_sentence, filled
from service.domain.import_flaws import FLAWS
from service.domain.invalid import Sentence
from service.domain.states import StaffStatus
from service.errors import NoPublishedRulebook
from service.models import AccountTier, Assignment, Staff
from service.operations.import_assignees import find_staff
from service.operations.import_subjects import Subject, among
from service.queries.snapshots import Basis, Scope, holds, present_basis, read_people, tier_minutes


@dataclass(slots=True)
class Load:
    """What a person has now, or would have: accounts, and minutes a month."""

    accounts: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class Rules:
    """The published rules, and what they look at: people who may be given accounts, grades and their minutes."""

    rulebook: Rulebook
    people: Mapping[UUID, PersonEntry]
    tiers: Mapping[UUID, str]
    minutes: Mapping[str, int]

    def broken(self, subject: Subject, person: PersonEntry, load: Load) -> list[Failed]:
        """Every hard rule that forbids a person an account as it stands, caps included."""
        tier = self.tiers.get(subject.id)
        entry = account_entry(subject, tier, self.minutes.get(tier or "", 0))
        caps = failed_caps(self.rulebook, person, load.accounts + 1, load.minutes + entry.workload_minutes)
        return [*failed_rules(self.rulebook, entry, person), *caps]


@dataclass(frozen=True)
class Owners:
    """The people whom some rows name, by name or staff code, and what each carries; without published rules no rules.

    `active`: of those people, who may be given accounts at all.
    """

    people: Mapping[str, UUID] = field(default_factory=dict)
    active: frozenset[UUID] = frozenset()
    rules: Rules | None = None
    loads: dict[UUID, Load] = field(default_factory=dict)

    def refusal(self, subject: Subject, person: UUID | None) -> tuple[str, Sentence | None] | None:
        """Why a person cannot become responsible for an account: a code, for broken rules with their sentence."""
        if person is None:
            return "unknown_person", None
        if subject.owner_id is not None:
            return "owned_by_another", None
        if "assign" not in subject.rights:
            return "may_not_assign", None
        if person not in self.active:
            return "not_assignable", None
        failed = self.rules.broken(subject, self.rules.people[person], self.load(person)) if self.rules else []
        return ("hard_rule_broken", told(failed)) if failed else None

    def give(self, subject: Subject, person: UUID) -> None:
        """The account is to go to a person, who carries it from now on."""
        subject.given_to = person
        load = self.load(person)
        load.accounts += 1
        if self.rules:
            load.minutes += self.rules.minutes.get(self.rules.tiers.get(subject.id, ""), 0)

    def load(self, person: UUID) -> Load:
        """What a person has."""
        return self.loads.setdefault(person, Load())


async def find_owners(
    session: AsyncSession, words: Collection[str], account_ids: Collection[UUID], timezone: str
) -> Owners:
    """The people that names or staff codes stand for; those that are active stay so until the transaction ends."""
    people = await find_staff(session, words)
    if not people:
        return Owners()
    staff_ids = tuple(set(people.values()))
    active = select(Staff.id).where(among(Staff.id, staff_ids), Staff.status == StaffStatus.ACTIVE)
    present = frozenset(await session.scalars(active.order_by(Staff.id).with_for_update(read=True)))
    connection = await session.connection()
    try:
        basis = await present_basis(connection, timezone, "import", Scope(staff_ids=staff_ids))
    except NoPublishedRulebook:
        return Owners(people, present)
    entries = {UUID(person.id): person for person in await read_people(connection, basis)}
    minutes = await tier_minutes(connection, basis.scheme_code)
    tiers = await tiers_of(connection, basis, account_ids)
    rules = Rules(basis.rules, entries, tiers, minutes)
    return Owners(people, present & entries.keys(), rules, await loads_of(connection, basis, minutes))


async def tiers_of(connection: AsyncConnection, basis: Basis, account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The present grades of some accounts."""
    statement = select(AccountTier.account_id, AccountTier.tier).where(
        among(AccountTier.account_id, account_ids),
        AccountTier.scheme_code == basis.scheme_code,
        AccountTier.ended_at.is_(None),
    )
    return {row.account_id: row.tier for row in await connection.execute(statement)}


async def loads_of(connection: AsyncConnection, basis: Basis, minutes: Mapping[str, int]) -> dict[UUID, Load]:
    """What the people of a basis have now."""
    graded = and_(
        AccountTier.account_id == Assignment.account_id,
        AccountTier.scheme_code == basis.scheme_code,
        AccountTier.ended_at.is_(None),
    )
    theirs = among(Assignment.staff_id, basis.scope.staff_ids or ()) & holds(basis.team_role)
    statement = (
        select(Assignment.staff_id, AccountTier.tier, func.count().label("number"))
        .outerjoin(AccountTier, graded)
        .where(theirs)
        .group_by(Assignment.staff_id, AccountTier.tier)
    )
    loads: dict[UUID, Load] = {}
    for row in await connection.execute(statement):
        load = loads.setdefault(row.staff_id, Load())
        load.accounts += row.number
        load.minutes += row.number * minutes.get(row.tier, 0)
    return loads


def account_entry(subject: Subject, tier: str | None, minutes: int) -> AccountEntry:
    """An account of the file as the hard rules see it."""
    values = subject.values
    return AccountEntry(
        id=str(subject.id),
        code=values["code"],
        region=values["region"],
        industry=values["industry"],
        products=tuple(values["products"]),
        tier=tier,
        workload_minutes=minutes,
    )


def told(failed: Collection[Failed]) -> Sentence:
    """Every broken rule in a sentence."""
    sentences = [failed_sentence(one) for one in failed]
    rules = Sentence(" ".join(one.en for one in sentences), "".join(one.zh for one in sentences))
    return filled(FLAWS["hard_rule_broken"], rules=rules)
