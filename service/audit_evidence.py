"""What the `evenhand audit` commands do on a host."""

from service.adapters.audit_signing import Notary
from service.adapters.keys import kept_keys
from service.database import Database
from service.domain.audit_checkpoints import Checkpoint
from service.hosting import Host
from service.queries.audit_tree import last_note
from service.queries.audit_verification import Report, verify


async def verified(host: Host, held: str | None) -> Report:
    """The report on the whole log, against a checkpoint that was kept elsewhere."""
    database = Database.connect(host.service_url, for_worker=True, pool_size=1)
    async with database.frozen() as connection:
        report = await verify(connection, Notary(kept_keys(host.settings).audit), held)
    await database.dispose()
    return report


async def newest_checkpoint(host: Host) -> str | None:
    """The newest checkpoint with its signature; None before the first."""
    database = Database.connect(host.service_url, pool_size=1)
    async with database.reading() as connection:
        note = await last_note(connection)
    await database.dispose()
    return note


async def verifier_keys(host: Host) -> list[str]:
    """The public keys of this log, the current one first; none before its first checkpoint."""
    note = await newest_checkpoint(host)
    if note is None:
        return []
    notary = Notary(kept_keys(host.settings).audit)
    return [str(key) for key in notary.verifier_keys(Checkpoint.read(note).origin)]
