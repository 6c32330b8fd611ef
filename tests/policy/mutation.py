"""Mutates the policy and tells which mutants the matrix lets live: `python -m tests.policy.mutation FILE [TEST…]`.

One society answers for every mutant, in one process: of each the cells are asked whose SQL is another than before,
until one is not as expected. What lives on is given to the tests that are named, by tests/mutation.py.
"""

import ast
import asyncio
import importlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import asyncpg_url
from service.http.services import Services
from service.main import create_app
from service.migrations import migrate, schema_head
from service.models import Base
from service.policy import Actor
from service.queries import actors
from service.settings import Settings
from tests.house import House, RolledBack
from tests.mutation import mutants, survives
from tests.policy import society as society_module
from tests.policy.expectation import expectations, expected
from tests.policy.society import Society

MODULES = ("actor", "rules", "relations", "hierarchy", "archive_tables", "lending_tables", "tables")
DIALECT = postgresql.dialect()
Person = tuple[str, str]
Shapes = dict[tuple[object, ...], list[Person]]
Texts = dict[tuple[type[Base], tuple[object, ...]], str]


class Bench:
    """A society, who are alike in it, whatever a mutant looks at, and the SQL of the policy as it stands."""

    def __init__(self, society: Society, people: dict[Person, Actor]) -> None:
        self.society, self.rules, self.people = society, expectations(), people
        self.shapes: Shapes = {}
        for person, actor in people.items():
            self.shapes.setdefault((actor.shape, actor.department_id is None), []).append(person)
        self.before = dict(self.texts(None))

    def texts(self, known: Texts | None) -> Iterator[tuple[tuple[type[Base], tuple[object, ...]], str]]:
        """The SQL of each resource's actions for each shape of actor; with `known`, only where it is another."""
        for model in society_module.POLICIES:
            for shape, alike in self.shapes.items():
                text = sql(self.people[alike[0]], model)
                if known is None or known[model, shape] != text:
                    yield (model, shape), text

    async def kills(self, name: str, mutant: ast.Module) -> bool:
        """Whether a cell is answered wrongly, or not at all, under the mutant."""
        connection = self.society.house.services.database.connection  # type: ignore[attr-defined]
        rows = dict(self.society.rows)
        savepoint = await connection.begin_nested()
        try:
            enforce(name, mutant)
            for (model, shape), _ in self.texts(self.before):
                if await self.wrong(model, self.shapes[shape]):
                    return True
        except Exception:  # noqa: BLE001 - a policy that breaks lets nobody in
            return True
        finally:
            await savepoint.rollback()
            self.society.rows = rows
        return False

    async def wrong(self, model: type[Base], people: list[Person]) -> bool:
        """Whether one of them may what they should not, or may not what they should."""
        async with self.society.house.services.database.reading() as connection:
            for who, standing in people:
                async for cell, may in self.society.answers_to(connection, who, standing, {model}):
                    if expected(self.rules, cell) != may:
                        return True
        return False


def sql(actor: Actor, model: type[Base]) -> str:
    """What the policy asks of a resource for an actor, its values among it."""
    anew = society_module.Actor(**{one.name: getattr(actor, one.name) for one in fields(actor) if one.init})
    compiled = [
        society_module.allowed(anew, action, model).compile(dialect=DIALECT)
        for action in society_module.POLICIES[model]
    ]
    return "\n".join(f"{one} {sorted(one.params.items(), key=str)}" for one in compiled)


def enforce(mutated: str, tree: ast.Module) -> None:
    """Puts the policy in force anew, one of its modules as the tree says."""
    for name in MODULES:
        module = importlib.import_module(f"service.policy.{name}")
        if name == mutated:
            exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), vars(module))
        else:
            importlib.reload(module)
    policy = importlib.reload(importlib.import_module("service.policy"))
    adopt(actors, policy, "Actor")
    adopt(society_module, policy, "Actor", "allowed")
    adopt(society_module, importlib.import_module("service.policy.rules"), "POLICIES")


def adopt(module: ModuleType, source: ModuleType, *names: str) -> None:
    """A module uses what another one holds now."""
    for name in names:
        setattr(module, name, getattr(source, name))


async def known(society: Society) -> dict[Person, Actor]:
    """Everybody as the service knows them."""
    found: dict[Person, Any] = {}
    async with society.house.services.database.reading() as connection:
        for name, person in society.people.items():
            found[name] = await actors.staff_actor(connection, person.id)
        for name, key_id in society.integrations.items():
            found[name] = await actors.key_actor(connection, key_id=key_id)
    return found


@asynccontextmanager
async def settled(url: str) -> AsyncIterator[Society]:
    """A society that leaves nothing behind."""
    engine = create_async_engine(asyncpg_url(url))
    with TemporaryDirectory() as state:
        async with engine.connect() as connection, connection.begin():
            keys, database = Keys.read(new_keys()), RolledBack(connection)
            services = Services.build(Settings(_env_file=None), database, keys, Path(state), schema_head())
            society = Society(House(services, create_app(services)))
            await society.settle()
            yield society
    await engine.dispose()


async def alive(url: str, path: Path, tree: ast.Module) -> list[tuple[str, ast.Module]]:
    """The mutants that the matrix lets live; tells how many it killed."""
    total, left = 0, []
    async with settled(url) as society:
        bench = Bench(society, await known(society))
        assert not await bench.kills(path.stem, tree), "the policy fails already without a mutation"
        for told, mutant in mutants(tree):
            total += 1
            if not await bench.kills(path.stem, mutant):
                left.append((told, mutant))
                print(f"the matrix lets live {path}:{told}", flush=True)
    print(f"{path}: {total - len(left)} of {total} killed by the matrix", flush=True)
    return left


def main(path: Path, tests: list[str]) -> None:
    """What the matrix and then the tests let live."""
    source = path.read_text(encoding="utf-8")
    with TemporaryDirectory(dir="/tmp") as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        urls = server.urls()
        migrate(urls.service, urls.migration)
        left = asyncio.run(alive(urls.service, path, ast.parse(source)))
    try:
        for told, mutant in left if tests else ():
            print("survived" if survives(path, mutant, tests) else "killed", f"{path}:{told}", flush=True)
    finally:
        path.write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
