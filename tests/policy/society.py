"""A society in which everybody stands to one account, and to one row of each resource, in every way there is."""

from collections.abc import AsyncIterator, Container, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Column, Table, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import keep_archive
from service.domain.api_keys import Scope
from service.domain.people import Role
from service.models import (
    Account,
    ApiKey,
    Appeal,
    ArchiveItem,
    Assignment,
    Base,
    Decision,
    Delegation,
    Department,
    Incident,
    Loan,
    ReadingSession,
    ReviewOpinion,
    RoleGrant,
    Snapshot,
    Staff,
)
from service.operations import memberships
from service.policy import Actor, allowed
from service.policy.rules import POLICIES
from service.queries.actors import key_actor, staff_actor
from tests.house import House, Person
from tests.policy.standings import (
    FITTING,
    FURTHER,
    NAMES,
    NO_ROLE,
    NO_SCOPE,
    REACHES,
    ROLES,
    STANDINGS,
    VARIANTS,
    Cell,
    resource_of,
    standings_of,
    variants_of,
)


class Society:
    """Everybody and everything, made once and then asked."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.places: dict[str, UUID] = {}
        self.people: dict[tuple[str, str], Person] = {}
        self.integrations: dict[tuple[str, str], UUID] = {}
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.made = 0
        self.variant: dict[type[Base], dict[str, Any]] = {}

    async def settle(self) -> None:
        """Makes the departments, the account with its owner, people and integrations."""
        top = await self.house.department()
        home = await self.house.department(parent_id=top)
        self.places = {
            "department": home,
            "parent_department": top,
            "child_department": await self.house.department(parent_id=home),
            "other_department": await self.house.department(),
        }
        self.absent = await self.house.person()
        self.owner = await self.house.person("sales_rep", department_id=home)
        self.account_id = await self.house.account(self.owner)
        await self.populate()
        await self.join()
        await self.connect()

    async def populate(self) -> None:
        """Makes somebody for each role and standing."""
        for who in ROLES:
            for standing in STANDINGS:
                roles = () if who == NO_ROLE else (who,)
                self.people[who, standing] = await self.house.person(*roles, department_id=self.places.get(standing))
        async with self.house.services.database.transaction() as session:
            await session.execute(insert(RoleGrant), list(self.without_effect()))

    def without_effect(self) -> Iterator[dict[str, Any]]:
        """Grants that do not count: whoever holds no role once held, was refused and may yet get every one."""
        for standing in STANDINGS:
            for name in sorted(Role):
                for state in ("revoked", "refused", "proposed"):
                    holder = self.people[NO_ROLE, standing].id
                    yield {"id": uuid4(), "staff_id": holder, "role": str(name), "state": state}

    async def connect(self) -> None:
        """Makes an integration for each scope and reach."""
        own, other = [self.places["department"]], [self.places["other_department"]]
        reach = dict(zip(REACHES, (None, own, other), strict=True))
        for who in (*(f"scope {scope}" for scope in Scope), NO_SCOPE):
            for standing, ids in reach.items():
                scopes = [] if who == NO_SCOPE else [who.removeprefix("scope ")]
                known = {"scopes": scopes, "department_ids": ids, "expires_at": datetime.now(UTC) + timedelta(days=1)}
                (self.integrations[who, standing],) = await self.row(ApiKey, **known)

    async def join(self) -> None:
        """Puts people on the account's team, and takes some off again."""
        async with self.house.services.database.transaction() as session:
            former = [(self.account_id, self.people[who, "former_team"].id) for who in ROLES]
            await memberships.join(session, former, "member")
            await memberships.leave(session, [self.account_id], "member")
            present = [(self.account_id, self.people[who, "team"].id) for who in ROLES]
            await memberships.join(session, present, "member")

    async def row(self, model: type[Base], **known: Any) -> tuple[Any, ...]:
        """The key of a new row that has a fitting value wherever one is needed; what it refers to is made first."""
        fitting = FITTING.get(model, {}) | self.variant.get(model, {}) | known
        if model in {Loan, ReadingSession, Incident} and "item_id" not in fitting:
            fitting = fitting | {"item_id": await self.item_of(fitting.get("class_as_lent", "confidential"))}
        table = cast("Table", model.__table__)
        for column in table.columns:
            fresh = column.primary_key and not column.foreign_keys
            needed = not column.nullable and column.server_default is None and column.computed is None
            if column.name not in fitting and column.identity is None and (fresh or needed):
                fitting = fitting | {column.name: await self.value(column, fresh=fresh)}
        async with self.house.services.database.reading() as connection:
            await keep_archive(connection)  # the policy alone is asked here; row-level security has tests of its own
            made = await connection.execute(insert(table).values(fitting).returning(*table.primary_key))
            return tuple(made.one())

    async def value(self, column: "Column[Any]", *, fresh: bool) -> Any:
        """Some value of the column's type, or the key of the row that it refers to."""
        self.made += 1
        if column.name == "grantor_id":
            return self.absent.id
        for reference in column.foreign_keys:
            return await self.referred(reference.column.table.name)
        if isinstance(column.type, (JSONB, ARRAY)):
            return []
        values = {
            UUID: uuid4() if fresh else self.owner.id,
            str: f"text {self.made}",
            bytes: uuid4().bytes,
            int: 1,
            bool: False,
            datetime: datetime.now(UTC),
            date: date(2001, 1, 1) + timedelta(days=self.made),
            Decimal: Decimal(1),
        }
        return values[column.type.python_type]

    async def referred(self, table: str) -> Any:
        """The key of a row of another table: the owner, the account, or one made for the purpose."""
        known = {"staff": self.owner.id, "accounts": self.account_id, "departments": self.places["department"]}
        if table in known:
            return known[table]
        if table not in self.rows:
            model = next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table.name == table)
            self.rows[table] = await self.row(model)
        return self.rows[table][0]

    async def subject(self, model: type[Base], standing: str, person: Person) -> tuple[Any, ...]:
        """The key of the row to which the person stands so."""
        if model is Staff:
            return (person.id if standing == "oneself" else self.owner.id,)
        if standing in NAMES.get(model, {}):
            return await self.row(model, **{NAMES[model][standing]: person.id})
        if standing in FURTHER.get(model, ()):
            made = {
                "published": self.published,
                "invited": self.invited,
                "candidate": self.considered,
                "reviewer": self.under_review,
                "reviewer_of_another": self.beside_review,
                "depositor": self.deposited,
                "former_depositor": self.accepted,
                "deputy_in_charge": self.in_charge,
                "borrower": self.lent,
                "former_borrower": self.returned,
                "approver": self.approved,
                "delegate": self.delegated,
                "former_delegate": self.no_longer_delegated,
                "reader_now": self.reading,
            }
            return await made[standing](model, person)
        key = f"{model.__tablename__} as such {self.variant.get(model)}"
        if key not in self.rows:
            known = {"account_id": self.account_id} if model is ArchiveItem else {}
            self.rows[key] = (self.account_id,) if model is Account else await self.row(model, **known)
        return self.rows[key]

    async def published(self, model: type[Base], _person: Person) -> tuple[Any, ...]:
        """A version that counts."""
        return await self.row(model, state="published")

    async def invited(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """A review that concerns the person, of a department of its own."""
        (department,) = await self.row(Department)
        key = await self.row(model, department_id=department)
        await self.row(ReviewOpinion, review_id=key[0], staff_id=person.id)
        return key

    async def considered(self, _model: type[Base], person: Person) -> tuple[Any, ...]:
        """An assignment whose decision considered the person."""
        (sha256,) = await self.row(Snapshot, people=[person.id])
        (decision,) = await self.row(Decision, snapshot_sha256=sha256)
        return await self.row(Assignment, decision_id=decision)

    async def under_review(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """An assignment against which the person hears an appeal, or the decision behind it."""
        (decision,) = await self.row(Decision)
        (assignment,) = await self.row(Assignment, decision_id=decision)
        await self.row(Appeal, assignment_id=assignment, reviewer_id=person.id)
        return (assignment,) if model is Assignment else (decision,)

    async def beside_review(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """A further decision on the account of an assignment against which the person hears an appeal."""
        await self.under_review(model, person)
        return await self.row(model)

    async def deposited(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """An item that the person deposited, which nobody has accepted."""
        elsewhere = self.places["other_department"]
        return await self.row(
            model, depositor_id=person.id, department_id=elsewhere, state="deposited", accepted_at=None
        )

    async def accepted(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """An item that the person deposited, and the archivist accepted."""
        return await self.row(model, depositor_id=person.id, department_id=self.places["other_department"])

    async def in_charge(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """An item of a department of which the person is the deputy in charge, or what somebody of it borrows."""
        (department,) = await self.row(Department, deputy_in_charge_id=person.id)
        if model is ArchiveItem:
            return await self.row(model, department_id=department)
        (borrower,) = await self.row(Staff, department_id=department)
        return await self.row(model, **{"borrower_id" if model is Loan else "reader_id": borrower})

    async def item_of(self, class_: str) -> UUID:
        """An item of a class, which the department, the team and the leaders see."""
        key = f"archive_items {class_}"
        if key not in self.rows:
            self.rows[key] = await self.row(ArchiveItem, confidentiality=class_, account_id=self.account_id)
        return cast("UUID", self.rows[key][0])

    async def lent(self, model: type[Base], person: Person, state: str = "active") -> tuple[Any, ...]:
        """An item that the person has on loan, where its class is lent at all."""
        key = await self.row(model)
        class_ = self.variant[model]["confidentiality"]
        if known := VARIANTS[Loan].get(class_):
            loan = {"item_id": key[0], "borrower_id": person.id, "state": state, **self.begun(), **known}
            await self.row(Loan, **loan)
        return key

    async def returned(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """An item that the person had on loan and gave back."""
        return await self.lent(model, person, "returned")

    def begun(self) -> dict[str, Any]:
        """What a loan or reading session has that began a moment ago."""
        now = datetime.now(UTC)
        return {
            "approved_by": self.absent.id,
            "approved_as": "general_manager",
            "approved_at": now,
            "acknowledged_at": now,
            "starts_at": now,
            "expires_at": now + timedelta(hours=1),
        }

    async def approved(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """A loan or reading session that the person approved."""
        given = {"approved_by": person.id, "approved_as": "general_manager", "approved_at": datetime.now(UTC)}
        return await self.row(model, **given)

    async def delegated(self, model: type[Base], person: Person, **letter: Any) -> tuple[Any, ...]:
        """A loan or reading session while the general manager is away and the person holds their letter."""
        await self.row(Delegation, holder_id=person.id, **letter)
        return await self.row(model)

    async def no_longer_delegated(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """The same after the letter was revoked, while its window lasts."""
        await self.leave_delegations(person)
        return await self.delegated(model, person, state="revoked", revoked_at=datetime.now(UTC))

    async def leave_delegations(self, person: Person) -> None:
        """Ends whatever else the person was entrusted with."""
        async with self.house.services.database.transaction() as session:
            ended = {"state": "revoked", "revoked_at": datetime.now(UTC)}
            await session.execute(update(Delegation).where(Delegation.holder_id == person.id).values(ended))

    async def reading(self, model: type[Base], person: Person) -> tuple[Any, ...]:
        """A reading session that the archivist granted to the person a moment ago."""
        place = {"granted_by": self.absent.id, "place": "档案室", "networks": ["127.0.0.0/8"]}
        return await self.row(model, reader_id=person.id, state="active", **place, **self.begun())

    async def answers(self) -> AsyncIterator[tuple[Cell, bool]]:
        """Every cell with what the policy says of it."""
        async with self.house.services.database.reading() as connection:
            for who, standing in (*self.people, *self.integrations):
                async for cell in self.answers_to(connection, who, standing, POLICIES):
                    yield cell

    async def answers_to(
        self, connection: AsyncConnection, who: str, standing: str, models: Container[type[Base]]
    ) -> AsyncIterator[tuple[Cell, bool]]:
        """The cells of one person or integration, of these resources only."""
        person = self.people.get((who, standing), self.owner)
        key_id = self.integrations.get((who, standing))
        questions = self.integration_questions(standing) if key_id else self.staff_questions(standing)
        actor = await (key_actor(connection, key_id=key_id) if key_id else staff_actor(connection, person.id))
        assert actor is not None
        for model, here in questions:
            for resource, variant in variants_of(model).items() if model in models else ():
                self.variant[model] = variant
                made = self.row(model, created_by=key_id) if key_id and here == "creator" else None
                key = await (made or self.subject(model, here, person))
                async for cell in self.asked(connection, model, key, actor, who, here, resource):
                    yield cell

    def staff_questions(self, standing: str) -> Iterator[tuple[type[Base], str]]:
        """The resources, and how somebody of this standing to the account may stand to them."""
        for model in POLICIES:
            for here in standings_of(model):
                if here == standing or (standing == "none" and here not in STANDINGS):
                    yield model, here

    def integration_questions(self, reach: str) -> Iterator[tuple[type[Base], str]]:
        """The same for integrations; what one made itself is asked of those that reach nothing else."""
        for model in POLICIES:
            yield model, reach
            if reach == "other_departments" and "creator" in NAMES.get(model, {}):
                yield model, "creator"

    async def asked(
        self,
        connection: AsyncConnection,
        model: type[Base],
        key: tuple[Any, ...],
        actor: Actor,
        who: str,
        standing: str,
        resource: str = "",
    ) -> AsyncIterator[tuple[Cell, bool]]:
        """One row and one actor, all actions of the resource in one statement."""
        await keep_archive(connection)
        actions = list(POLICIES[model])
        table = cast("Table", model.__table__)
        conditions = [column == value for column, value in zip(table.primary_key, key, strict=True)]
        columns = [allowed(actor, action, model).label(action) for action in actions]
        row = (await connection.execute(select(*columns).select_from(model).where(*conditions))).one()
        for action, may in zip(actions, row, strict=True):
            yield Cell(resource or resource_of(model), action, who, standing), bool(may)
