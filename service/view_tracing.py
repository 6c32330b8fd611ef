"""`evenhand archive whose-view`: who looked at the page that a picture shows."""

import asyncio
from pathlib import Path
from typing import Any

import typer

from service.adapters.keys import kept_keys
from service.adapters.reading_room.marks import number_in
from service.database import Database, keep_archive
from service.hosting import Host
from service.queries.reading_sessions import view_of_mark


def trace(host: Host, picture: Path) -> bool:
    """Tells whose view a picture is; whether it is one."""
    number = number_in(picture.read_bytes(), kept_keys(host.settings, host.folder.path).watermark)
    found = asyncio.run(view(host, number)) if number is not None else None
    if found is None:
        typer.echo("This picture carries no mark of ours.")
        return False
    typer.echo(f"view     {found.id}")
    typer.echo(f"reader   {found.name} ({found.code})")
    typer.echo(f"at       {found.at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo(f"item     {found.item}, page {found.page}")
    typer.echo(f"session  {found.session_id}")
    return True


async def view(host: Host, number: int) -> Any:
    """The view of a number."""
    database = Database.connect(host.service_url)
    try:
        async with database.transaction() as session:
            await keep_archive(session)
            return await view_of_mark(session, number)
    finally:
        await database.dispose()
