"""What becomes of a chunk of rows: which accounts, contacts and tasks they enter or change, and which are refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.import_flaws import clash
from service.domain.import_keys import KEY_FIELDS, Key, MatchOn, RepeatedKeys
from service.domain.import_records import ImportRecord, RecordReader
from service.domain.names import match_key, normalised_name
from service.domain.row_reading import CellProblem
from service.domain.tables import Row
from service.models import Account
from service.operations.hard_rules import hold_ledger
from service.operations.import_assignees import Assignee, find_assignees
from service.operations.import_changes import (
    Importer,
    Refused,
    Step,
    changed_account,
    contact_step,
    new_subject,
    refused,
    task_step,
)
from service.operations.import_owners import Load, Owners, find_owners
from service.operations.import_subjects import Child, Subject, find_children, find_subjects, find_taken
from service.operations.rates import Rates
from service.policy import Actor


@dataclass(slots=True)
class Judged:
    """One row on its way: as it was typed, as it was understood, its key, and what became of it."""

    row: Row
    record: ImportRecord
    key: Key | None
    outcome: str = "rejected"
    kept: dict[str, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    subject: Subject | None = None
    contact: Child | None = None
    task: Child | None = None
    person: Child | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of that the rows of one chunk speak of, and which of it they have touched so far."""

    subjects: dict[str, list[Subject]]
    codes: dict[str, UUID]
    references: dict[str, UUID]
    assignees: dict[str, Assignee]
    owners: Owners
    rates: Rates
    touched: dict[UUID, Subject] = field(default_factory=dict)
    claims: dict[UUID, tuple[int, int]] = field(default_factory=dict)


class Planner:
    """Judges the rows of one import, chunk after chunk, as its creator may; remembers what a dry run would enter."""

    def __init__(
        self,
        actor: Actor,
        import_id: UUID,
        match_on: MatchOn,
        keys: RepeatedKeys,
        records: RecordReader,
        timezone: str,
    ) -> None:
        self._actor, self._import_id, self._match_on, self._keys = actor, import_id, match_on, keys
        self._records, self._importer, self._timezone = records, Importer.of(actor), timezone
        self._entered: dict[tuple[int, int], Subject] = {}
        self._promised: dict[UUID, Load] = {}

    async def plan(self, session: AsyncSession, rows: list[Judged], rates: Rates, *, writing: bool) -> list[Subject]:
        """Decides on each row; the accounts that they enter or change."""
        if writing:
            self._entered.clear()  # what earlier chunks entered is found in the database
            self._promised.clear()
        live = [judged for judged in rows if self._stands(judged)]
        if writing and any(judged.record.owner for judged in live):
            await hold_ledger(session, None)  # before accounts are locked, as whoever assigns by hand does
        known = await self._known(session, live, rates, writing=writing)
        known.owners.loads.update(self._promised)
        for judged in live:
            try:
                self._take(judged, known)
            except Refused as refusal:
                judged.problems.append(refusal.problem)
        if not writing:
            self._promised |= known.owners.loads
        return list(known.touched.values())

    def _stands(self, judged: Judged) -> bool:
        """Whether a row may be taken as far as its own file goes."""
        judged.outcome, judged.subject, judged.contact, judged.task = "rejected", None, None, None
        judged.problems, judged.kept = list(judged.record.problems), dict(judged.record.kept)
        if judged.record.is_rejected or judged.key is None:
            return False
        if self._keys.clashes(judged.key):
            judged.problems.append(clash(in_file=True))
            return False
        return True

    async def _known(self, session: AsyncSession, live: list[Judged], rates: Rates, *, writing: bool) -> Known:
        """The accounts, codes and people that the rows name."""
        accounts = [judged.record.account for judged in live]
        wanted = {self._key_of(account) for account in accounts}
        subjects = await find_subjects(session, self._actor, self._match_on, wanted, self._import_id, writing=writing)
        seen = [one for found in subjects.values() for one in found if "see" in one.rights]
        await find_children(session, seen, writing=writing)
        names = {str(judged.record.task["assignee_text"]) for judged in live if "assignee_text" in judged.record.task}
        owners = {judged.record.owner for judged in live if judged.record.owner}
        return Known(
            subjects,
            await self._taken(session, MatchOn.CODE, accounts),
            await self._taken(session, MatchOn.EXTERNAL_REF, accounts),
            await find_assignees(session, names, [subject.id for subject in seen]),
            await find_owners(session, owners, [subject.id for subject in seen], self._timezone),
            rates,
        )

    async def _taken(self, session: AsyncSession, unique: MatchOn, accounts: list[Any]) -> dict[str, UUID]:
        """Which of the rows' codes or references are taken; what rows are matched on needs no second look."""
        name = KEY_FIELDS[unique].removeprefix("account.")
        values = {account[name] for account in accounts if name in account} if unique is not self._match_on else set()
        return await find_taken(session, getattr(Account, name), values)

    def _key_of(self, account: Any) -> str:
        """By what a row's account is looked for."""
        if self._match_on is MatchOn.NAME_REGION:
            return normalised_name(account["name"])
        return str(account[KEY_FIELDS[self._match_on].removeprefix("account.")])

    def _take(self, judged: Judged, known: Known) -> None:
        """Enters or changes what one row speaks of, or raises `Refused` and changes nothing."""
        assert judged.key is not None
        account = judged.record.account
        subject = self._subject(judged, known)
        outcome = "unchanged"
        if subject is None:
            owner_id = known.owners.people.get(judged.record.owner or "")
            subject, outcome = new_subject(self._importer, account, owner_id, known.rates), "created"
            values = subject.values
        else:
            values = changed_account(self._importer, subject, account, known.rates)
        self._refuse_taken(subject, values, known)
        steps = self._steps(judged, subject, known)
        if outcome != "created" and (
            values != subject.values or any(step and step[1] != step[0].values for step in steps)
        ):
            outcome = "updated"
            if "edit" not in subject.rights:
                raise refused("forbidden")
        subject.values = values
        if self._given(judged, subject, known.owners) and outcome == "unchanged":
            outcome = "updated"
        judged.outcome, judged.subject = outcome, subject
        judged.contact, judged.task = (taken_in(step, children) for step, children in
                                       zip(steps, (subject.contacts, subject.tasks), strict=True))  # fmt: skip
        known.touched[subject.id] = subject
        self._remember(judged.key, subject, known)
        self._warn(judged, values)

    def _subject(self, judged: Judged, known: Known) -> Subject | None:
        """The account that a row speaks of; None for one that is not known yet."""
        assert judged.key is not None
        found = list(self._candidates(judged, known))
        if len(found) > 1:
            raise Refused(clash(in_file=False))
        subject = found[0] if found else self._entered.get(judged.key[:2])
        if subject is None:
            return None
        if "see" not in subject.rights:
            raise refused("already_exists")
        if not {"edit", "see_values"} & subject.rights:
            raise refused("forbidden")
        if known.claims.get(subject.id, judged.key[:2]) != judged.key[:2]:
            raise Refused(clash(in_file=False))
        return subject

    def _candidates(self, judged: Judged, known: Known) -> Iterator[Subject]:
        """The accounts that a row may speak of: of its name those in its region, else those where one is not told."""
        assert judged.key is not None
        account = judged.record.account
        found = known.subjects.get(self._key_of(account), [])
        if self._match_on is not MatchOn.NAME_REGION:
            return iter(found)
        region = match_key(account.get("region", ""))
        exact = [one for one in found if match_key(one.values["region"] or "") == region]
        if exact:
            return iter(exact)
        loose = [one for one in found if not region or not one.values["region"]]
        if loose and self._keys.is_spread(judged.key):
            raise Refused(clash(in_file=False))
        return iter(loose)

    def _refuse_taken(self, subject: Subject, values: Any, known: Known) -> None:
        """A code or reference of another account is taken, whether the importer sees that account or not."""
        for name, taken in (("code", known.codes), ("external_ref", known.references)):
            value = values[name]
            if value is not None and taken.get(value, subject.id) != subject.id:
                raise refused("already_exists")
            if value is not None:
                taken[value] = subject.id

    def _steps(self, judged: Judged, subject: Subject, known: Known) -> tuple[Step | None, Step | None]:
        """The contact and the task of a row after it."""
        contact = dict(judged.record.contact)
        if "birth_on" in contact and "see_sensitive" not in subject.rights:
            problem = self._records.problem("sensitive", "contact.birth_on")
            judged.problems.append(problem)
            judged.kept[problem.heading or ""] = contact.pop("birth_on").isoformat()
        task = judged.record.task
        return contact_step(subject, contact), task_step(subject, task, self._assignee(judged, subject, known))

    def _assignee(self, judged: Judged, subject: Subject, known: Known) -> UUID | None:
        """Who does the task of a row; somebody who does not see the account is named in words only."""
        assignee = known.assignees.get(judged.record.task.get("assignee_text", ""))
        if assignee is None or assignee.sees(subject, self._importer.actor):
            return assignee.actor.id if assignee else None
        judged.problems.append(self._records.problem("not_on_team", "task.assignee"))
        return None

    def _given(self, judged: Judged, subject: Subject, owners: Owners) -> bool:
        """Whether the account goes to whom its row names; who may not have it, or is nobody, stays in words."""
        word = judged.record.owner
        person = owners.people.get(word or "")
        if word is None or (person is not None and person in (subject.owner_id, subject.given_to)):
            return False
        refusal = owners.refusal(subject, person)
        if refusal is None:
            assert person is not None
            owners.give(subject, person)
            return True
        problem = self._records.problem(refusal[0], "account.owner")
        judged.problems.append(replace(problem, detail=refusal[1] or problem.detail))
        judged.kept[problem.heading or ""] = word
        return False

    def _remember(self, key: Key, subject: Subject, known: Known) -> None:
        """Whose the account is; what other rows of the file will speak of again."""
        known.claims[subject.id] = key[:2]
        if subject.is_new and self._keys.repeats(key):
            self._entered[key[:2]] = subject

    def _warn(self, judged: Judged, values: Any) -> None:
        """A value without a rate is taken, and said to hold the account back."""
        if "potential_value" in judged.record.account and values["potential_value_base"] is None:
            judged.problems.append(self._records.problem("rate_missing", "account.potential_value"))


def taken_in(step: Step | None, children: list[Child]) -> Child | None:
    """The contact or task with its new columns, among those of its account."""
    if step is None:
        return None
    child, values = step
    child.values = values
    if not any(known is child for known in children):
        children.append(child)
    return child
