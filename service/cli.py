"""The `evenhand` command."""

import asyncio
import gc
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from service.adapters.ports import PortTaken
from service.adapters.postgres import PostgresFailed
from service.adapters.state_folder import StateFolderTaken
from service.errors import Problem
from service.hosting import Host

app = typer.Typer(
    help="Evenhand shares key accounts fairly, shows everyone why, and hears appeals.", no_args_is_help=True
)
audit = typer.Typer(help="Prove that the audit log is what was written.", no_args_is_help=True)
app.add_typer(audit, name="audit")
plan = typer.Typer(help="Check that a distribution plan is what it claims to be.", no_args_is_help=True)
app.add_typer(plan, name="plan")
archive = typer.Typer(help="Look after the keys and the stored bytes of the archive.", no_args_is_help=True)
app.add_typer(archive, name="archive")
console = Console(stderr=True, highlight=False, soft_wrap=True)
NICE = 10  # whoever waits for an answer comes before the worker
EXIT_CODES: dict[type[Exception], int] = {StateFolderTaken: 2, PortTaken: 3}


@contextmanager
def opened(*, beside: bool = False) -> Iterator[Host]:
    """An open host, or one beside a running service.

    What stands in the way is told in a sentence, with an exit code of the table or 1.
    """
    try:
        with Host.beside() if beside else Host.open() as host:
            yield host
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False):
            console.print(f"EVENHAND_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}")
        raise typer.Exit(1) from None
    except (StateFolderTaken, PortTaken, PostgresFailed, Problem, DBAPIError, OSError) as failure:
        console.print(str(getattr(failure, "orig", failure)))  # SQLAlchemy adds the statement, which helps nobody here
        raise typer.Exit(EXIT_CODES.get(type(failure), 1)) from None


@app.command()
def run() -> None:
    """Serve the API, with the embedded database unless EVENHAND_DATABASE_URL is set."""
    gc.disable()  # what modules make while they load is no garbage; the server switches it on
    with opened() as host:
        from service.serving import serve  # noqa: PLC0415 - other commands need no web server

        serve(host)


@app.command()
def worker() -> None:
    """Do the jobs that the service queues; needs EVENHAND_DATABASE_URL."""
    from service.jobs.schedule import KINDS, REPEATED, SCHEDULE  # noqa: PLC0415 - the web process does not need the engine
    from service.jobs.worker import work  # noqa: PLC0415
    from service.logs import configure  # noqa: PLC0415
    from service.settings import settings  # noqa: PLC0415

    configured = settings()
    if configured.database_url is None:
        console.print("evenhand worker needs EVENHAND_DATABASE_URL; beside the embedded database it starts by itself.")
        raise typer.Exit(2)
    configure(configured.log_level)
    os.nice(NICE)
    asyncio.run(work(configured.database_url.get_secret_value(), configured, KINDS, SCHEDULE, REPEATED))


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema and stop."""
    with opened() as host:
        host.migrate()
    console.print("The schema is up to date.")


@app.command()
def appoint(
    code: Annotated[str, typer.Argument(help="Staff code, which is the user name too.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
) -> None:
    """Make the first general manager, with the service stopped; everybody after them is made through the API."""
    password = secrets.token_urlsafe(12)
    with opened() as host:
        host.migrate()
        asyncio.run(host.appoint(code, name, password))
    console.print(f"{name} is general manager. User name: {code}. Password (shown once): {password}")


@app.command()
def openapi(path: Annotated[Path, typer.Argument(help="Where the document goes.")]) -> None:
    """Write the OpenAPI document."""
    from service.contract import live_document  # noqa: PLC0415

    path.write_bytes(orjson.dumps(live_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


@audit.command()
def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint that was kept elsewhere: the log must still begin with it.")
    ] = None,
) -> None:
    """Hash the whole audit log again and compare it with what was sealed and signed; exit code 1 if it differs."""
    from service.audit_evidence import verified  # noqa: PLC0415

    with opened(beside=True) as host:
        report = asyncio.run(verified(host, checkpoint.read_text(encoding="utf-8") if checkpoint else None))
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(1 if report.findings else 0)


@audit.command(name="checkpoint")
def export_checkpoint(
    path: Annotated[Path | None, typer.Argument(help="Where it goes; without it, to standard output.")] = None,
) -> None:
    """Write out the newest signed checkpoint, to be kept outside of the service."""
    from service.audit_evidence import newest_checkpoint  # noqa: PLC0415

    with opened(beside=True) as host:
        note = asyncio.run(newest_checkpoint(host))
    if note is None:
        console.print("Nothing is sealed yet.")
        raise typer.Exit(1)
    if path is None:
        typer.echo(note, nl=False)
    else:
        path.write_text(note, encoding="utf-8")


@audit.command()
def keys() -> None:
    """Write out the public keys that verify checkpoints, the current one first; to be kept outside of the service."""
    from service.audit_evidence import verifier_keys  # noqa: PLC0415

    with opened(beside=True) as host:
        for key in asyncio.run(verifier_keys(host)):
            typer.echo(key)


@plan.command(name="verify")
def verify_plan(plan_id: Annotated[UUID, typer.Argument(help="The plan's id.")]) -> None:
    """Check a plan's hashes, rules, caps, decisions and bound from what was stored, without the solver."""
    from service.plan_commands import verified  # noqa: PLC0415 - the engine is loaded where it is needed

    with opened(beside=True) as host:
        passed = verified(host, plan_id)
    raise typer.Exit(0 if passed else 1)


@plan.command(name="replay")
def replay_plan(plan_id: Annotated[UUID, typer.Argument(help="The plan's id.")]) -> None:
    """Compute a plan anew from its stored snapshot; exit code 1 if the hash is another."""
    from service.plan_commands import same_again  # noqa: PLC0415

    with opened(beside=True) as host:
        same = same_again(host, plan_id)
    raise typer.Exit(0 if same else 1)


@plan.command(name="export")
def export_plan(
    plan_id: Annotated[UUID, typer.Argument(help="The plan's id.")],
    path: Annotated[Path, typer.Argument(help="Where the file goes.")],
) -> None:
    """Write a plan's snapshot, result and certificate, for a check without this service."""
    from service.plan_commands import export  # noqa: PLC0415

    with opened(beside=True) as host:
        export(host, plan_id, path)


@archive.command()
def whose_view(
    picture: Annotated[Path, typer.Argument(help="A picture of a page that turned up somewhere.")],
) -> None:
    """Tell who looked at the page that a picture shows, by the mark in its pixels; exit code 1 if it bears none."""
    from service.view_tracing import trace  # noqa: PLC0415

    with opened(beside=True) as host:
        found = trace(host, picture)
    raise typer.Exit(0 if found else 1)


@archive.command(name="rotate-keys")
def rotate_keys() -> None:
    """Make new key-encryption keys and wrap every file's key with them; stored files stay as they are.

    With EVENHAND_KEYS or KMS the new keys are yours to make; then this only wraps.
    """
    from service.archive_care import rotated  # noqa: PLC0415

    with opened(beside=True) as host:
        done = asyncio.run(rotated(host))
    console.print(f"Keys wrapped anew: {done}.")


@archive.command(name="verify")
def verify_archive() -> None:
    """Open every stored file of the archive and compare it with its record; exit code 1 if any differs."""
    from service.archive_care import damaged  # noqa: PLC0415

    with opened(beside=True) as host:
        report = asyncio.run(damaged(host))
    for line in report.findings:
        typer.echo(line)
    console.print(f"Files verified: {report.verified}; not as deposited: {len(report.findings)}.")
    raise typer.Exit(1 if report.findings else 0)
