"""The people, accounts and clients that tests are made of, entered straight into the database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import Insert, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.database import Database, act_as
from service.domain.distribution.published import rulebook_text
from service.domain.distribution.rulebook import Rulebook as Rules
from service.http.services import Services
from service.models import Account, Assignment, Base, Department, Login, RoleGrant, Rulebook, Staff, new_id
from service.operations import memberships
from service.operations.account_search import derived
from service.operations.staff import found_by

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EFFECTIVE = {"state": "effective", "started_at": LONG_AGO}
Row = tuple[type[Base], dict[str, Any]]


class RolledBack(Database):
    """A database of one connection, whose commits are savepoints of a transaction that the test rolls back."""

    def __init__(self, connection: AsyncConnection) -> None:
        object.__setattr__(self, "connection", connection)
        object.__setattr__(self, "lock", asyncio.Lock())
        object.__setattr__(self, "holder", None)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """The connection for one task at a time: the watch of a lease asks while the next request is on its way."""
        if self.holder is (task := asyncio.current_task()):
            yield self.connection
            return
        async with self.lock:
            object.__setattr__(self, "holder", task)
            try:
                yield self.connection
            finally:
                object.__setattr__(self, "holder", None)

    @asynccontextmanager
    async def transaction(self, user_id: UUID | None = None, request_id: str = "") -> AsyncIterator[AsyncSession]:
        async with (
            self.alone() as connection,
            AsyncSession(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
            session.begin(),
        ):
            await act_as(session, user_id, request_id)
            yield session

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[AsyncConnection]:
        async with self.alone() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.alone() as connection:
            yield connection

    async def dispose(self) -> None:
        """Nothing: the connection is the test's."""


@dataclass(frozen=True)
class Person:
    """A staff member as tests know them."""

    id: UUID
    code: str
    department_id: UUID | None


class House:
    """A company under test: makes people, departments and accounts, and clients that speak for people."""

    def __init__(self, services: Services, app: FastAPI) -> None:
        self.services = services
        self.app = app
        self._made = 0

    def number(self) -> int:
        self._made += 1
        return self._made

    async def department(self, name: str | None = None, parent_id: UUID | None = None) -> UUID:
        id_ = new_id()
        await self.enter((Department, {"id": id_, "name": name or f"部门 {self.number()}", "parent_id": parent_id}))
        return id_

    async def person(self, *roles: str, department_id: UUID | None = None, **fields: Any) -> Person:
        id_ = new_id()
        code = fields.pop("code", None) or f"S{self.number():04d}"
        defaults = {"name": f"员工 {code}", "regions": ["华东"], "industries": ["制造"], "products": ["产品A"]}
        values = {**defaults, **fields, "id": id_, "code": code, "department_id": department_id}
        values["search"] = found_by(values["name"], code)
        login = {"staff_id": id_, "username": code, "tokens_valid_from": LONG_AGO}
        grants = [{"id": new_id(), "staff_id": id_, "role": role, **EFFECTIVE} for role in roles]
        await self.enter((Staff, values), (Login, login), *((RoleGrant, grant) for grant in grants))
        self.services.identities.forget()
        return Person(id_, code, department_id)

    async def account(self, owner: Person | None = None, **fields: Any) -> UUID:
        id_ = new_id()
        number = self.number()
        defaults = {
            "code": f"ACC-{number:05d}",
            "name": f"客户 {number} 有限公司",
            "industry": "制造",
            "region": "华东",
            "potential_value": 100_000,
            "potential_currency": "CNY",
            "potential_value_base": 100_000,
            "intent": "medium",
            "products": ["产品A"],
            "verified_at": datetime.now(UTC) - timedelta(days=1),
        }
        values = {**defaults, **fields, "id": id_}
        await self.enter((Account, values | derived(values)))
        if owner:
            await self.assign(id_, owner)
        return id_

    async def assign(self, account_id: UUID, owner: Person, **fields: Any) -> UUID:
        id_ = new_id()
        values = {"team_role": "owner", "origin": "manual", "started_at": datetime.now(UTC) - timedelta(days=1)}
        async with self.services.database.transaction() as session:
            row = {**values, **fields, "id": id_, "account_id": account_id, "staff_id": owner.id}
            await session.execute(insert(Assignment).values(row))
            await memberships.join(session, [(account_id, owner.id)], "owner")
            await memberships.refresh_line(session, [account_id])
        return id_

    async def rulebook(self, **definition: Any) -> UUID:
        """A published rulebook; what is left out has its default."""
        id_, author, publisher = new_id(), await self.person(), await self.person()
        rules = Rules.from_mapping(definition)
        values = {
            "id": id_,
            "code": f"rules-{self.number()}",
            "number": 1,
            "state": "published",
            "definition": rules.to_mapping(),
            "text_en": rulebook_text(rules, "en"),
            "text_zh": rulebook_text(rules, "zh-CN"),
            "author_id": author.id,
            "publisher_id": publisher.id,
            "published_at": datetime.now(UTC),
        }
        await self.enter((Rulebook, values))
        return id_

    async def enter(self, first: Row, *others: Row) -> None:
        """New rows in one statement, which is a transaction by itself: half of a test's time went into entering."""
        statement = insert_of(first)
        for row in others:
            statement = statement.add_cte(insert_of(row).cte())
        async with self.services.database.reading() as connection:
            await connection.execute(statement)

    def client(self, person: Person | None = None, **headers: str) -> httpx.AsyncClient:
        """A client that speaks for a person, or for a stranger."""
        assert self.services.issuer
        if person:
            token = self.services.issuer.issue(person.id, "staff")
            headers["Authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(transport=Insisting(self.app), base_url="http://evenhand.test", headers=headers)


def insert_of(row: Row) -> Insert:
    """The statement that enters a row into its table; one inside of another asks for no defaults of Python's."""
    model, values = row
    table = cast("Table", model.__table__)
    usual = {column.name: column.default.arg for column in table.columns if column.default and column.default.is_scalar}
    return insert(table).values(usual | values)


class Insisting(httpx.ASGITransport):
    """Asks again, as a good client does, while a machine at its limit says so: a busy one fails no test."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is not `503, Retry-After: 1`, or the fifth."""
        for _ in range(4):
            answer = await super().handle_async_request(request)
            if (answer.status_code, answer.headers.get("Retry-After")) != (503, "1"):
                return answer
        return await super().handle_async_request(request)


ClientAs = Callable[..., httpx.AsyncClient]
