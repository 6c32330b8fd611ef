"""What the command `evenhand archive` does: keys rotated, stored bytes verified."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.adapters.files import Vault
from service.adapters.keys import rotate_archive
from service.database import Database
from service.hosting import Host
from service.jobs.archives import is_intact, kept_versions, rewrap_keys
from service.operations.archive_versions import sealed_of


@dataclass
class Verification:
    """How many files were opened, and which are not what was deposited: ids only, a title is nobody's business here."""

    verified: int = 0
    findings: list[str] = field(default_factory=list)


async def rotated(host: Host) -> int:
    """New keys where they are ours to make, and every file's key wrapped with the current one; how many it was."""
    settings, state = host.settings, host.folder.path
    if settings.keys is None and settings.archive_kms_keys is None:
        rotate_archive(settings, state)
    database = Database.connect(host.service_url, for_worker=True)
    try:
        return await rewrap_keys(database, settings, datetime.now(UTC))
    finally:
        await database.dispose()


async def damaged(host: Host) -> Verification:
    """Every stored file, opened and compared with its record."""
    vault, report = Vault.of(host.settings, host.folder.path), Verification()
    database = Database.connect(host.service_url, for_worker=True)
    try:
        async for version, _confidentiality in kept_versions(database):
            report.verified += 1
            if not await is_intact(vault, sealed_of(version)):
                report.findings.append(f"item {version.item_id} version {version.number} ({version.id})")
    finally:
        await database.dispose()
    return report
