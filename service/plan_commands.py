"""`evenhand plan …`: a stored plan verified, replayed and exported on the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Database
from service.domain.distribution.evidence import Evidence
from service.domain.distribution.verification import verify
from service.hosting import Host
from service.jobs.plan_evidence import replayed
from service.queries.plan_evidence import exported_whole, stored_plan

Answer = TypeVar("Answer")


def verified(host: Host, plan_id: UUID) -> bool:
    """Tells every check of a plan, one line each; whether all passed."""
    checks = verify(evidence(host, plan_id))
    for check in checks:
        typer.echo(f"{'ok' if check.passed else 'FAILED':7}{check.name:12}{check.sentence.en}")
    return all(check.passed for check in checks)


def same_again(host: Host, plan_id: UUID) -> bool:
    """Computes a plan anew from its snapshot and tells both hashes; whether they are the same."""
    result = replayed(evidence(host, plan_id))
    typer.echo(f"stored    {result['plan_sha256']}\nreplayed  {result['replayed_sha256']}")
    return bool(result["same"])


def export(host: Host, plan_id: UUID, path: Path) -> None:
    """Writes a plan's snapshot, result and certificate in canonical JSON."""
    path.write_bytes(asked(host, lambda connection: exported_whole(connection, plan_id)))


def evidence(host: Host, plan_id: UUID) -> Evidence:
    """What was stored of a plan."""
    return asked(host, lambda connection: stored_plan(connection, plan_id))


def asked(host: Host, question: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    """The answer to one question of the host's database."""

    async def ask() -> Answer:
        database = Database.connect(host.service_url, for_worker=True)
        try:
            async with database.frozen() as connection:
                return await question(connection)
        finally:
            await database.dispose()

    return asyncio.run(ask())
