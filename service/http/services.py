"""What lives as long as the process: engines, keys, settings."""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from service.adapters.files import FileStore, Vault
from service.adapters.keys import Keys
from service.adapters.oidc import OidcIssuer
from service.adapters.passwords import Passwords
from service.adapters.tokens import Issuer
from service.database import Database
from service.http.identities import Identities
from service.http.rate_limits import RateLimits
from service.settings import Settings


@dataclass(frozen=True)
class Services:
    """Built once a process and reached through the request's context."""

    settings: Settings
    database: Database
    keys: Keys
    issuer: Issuer | None
    identities: Identities
    rates: RateLimits
    state: Path
    schema_head: str
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    passwords: Passwords = field(default_factory=Passwords)

    @classmethod
    def build(cls, settings: Settings, database: Database, keys: Keys, state: Path, schema_head: str) -> Self:
        """Everything that depends on settings, a database and keys."""
        issuer = Issuer(keys.token) if settings.issues_tokens else None
        oidc = OidcIssuer(settings.oidc_issuer, settings.oidc_audience or "") if settings.oidc_issuer else None
        identities = Identities(database, issuer, oidc)
        rates = RateLimits(database, settings.rate_limit, settings.anonymous_rate_limit)
        return cls(settings, database, keys, issuer, identities, rates, state, schema_head)

    @cached_property
    def files(self) -> FileStore:
        """The object store."""
        return FileStore.of(self.settings, self.state)

    @cached_property
    def vault(self) -> Vault:
        """Where the archive's files lie sealed."""
        return Vault.of(self.settings, self.state)
