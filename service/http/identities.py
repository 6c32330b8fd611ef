"""From a bearer token to the actor: verified once, remembered for seconds, forgotten on any change."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from functools import partial

from service.adapters.oidc import PAUSE_S, IssuerUnreachable, OidcIssuer
from service.adapters.strict_tokens import InvalidToken, claimed_issuer
from service.adapters.tokens import Issuer
from service.database import Database
from service.domain.api_keys import PREFIX, is_well_formed
from service.domain.digests import digest
from service.errors import IdentityProviderUnavailable
from service.policy import Actor
from service.queries import actors

CHANNEL = "evenhand_actors"
REMEMBERED_S = 5.0
REMEMBERED_MAX = 10_000


def left(expires_at: datetime) -> float:
    """Seconds until an instant."""
    return (expires_at - datetime.now(UTC)).total_seconds()


def finish(ended: asyncio.Event, *_: object) -> None:
    """Marks the end of a connection."""
    ended.set()


class Identities:
    """Resolves tokens; a NOTIFY of the database empties its memory at once."""

    def __init__(self, database: Database, issuer: Issuer | None, oidc: OidcIssuer | None = None) -> None:
        self.database = database
        self.issuer = issuer
        self.oidc = oidc
        self._known: dict[str, tuple[Actor, float]] = {}
        self._forgotten = 0

    async def resolve(self, token: str) -> Actor | None:
        """The actor behind a bearer token or API key, or None."""
        known = self._known.get(token)
        if known and known[1] > time.monotonic():
            return known[0]
        forgotten = self._forgotten
        actor, valid_s = await self._look_up(token)
        if actor is None:
            self._known.pop(token, None)
            return None
        if forgotten != self._forgotten:  # something changed while we looked: good for this request only
            return actor
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        self._known[token] = (actor, time.monotonic() + min(REMEMBERED_S, valid_s))
        return actor

    def forget(self) -> None:
        """Drops everything remembered: somebody's roles or log-in changed."""
        self._known.clear()
        self._forgotten += 1

    async def _look_up(self, token: str) -> tuple[Actor | None, float]:
        """The actor, and for how many seconds the token counts on."""
        if token.startswith(PREFIX):
            return await self._by_key(token)
        try:
            if self.oidc and claimed_issuer(token) == self.oidc.issuer:
                return await self._by_oidc(token, self.oidc)
            return await self._by_our_token(token, self.issuer) if self.issuer else (None, 0)
        except InvalidToken:
            return None, 0
        except IssuerUnreachable:
            raise IdentityProviderUnavailable(headers={"Retry-After": str(round(PAUSE_S))}) from None

    async def _by_key(self, key: str) -> tuple[Actor | None, float]:
        if not is_well_formed(key):
            return None, 0
        secret_hash = digest(key)
        actor = await self.database.ask(lambda connection: actors.key_actor(connection, secret_hash=secret_hash))
        return actor, REMEMBERED_S

    async def _by_our_token(self, token: str, issuer: Issuer) -> tuple[Actor | None, float]:
        claims = issuer.verify(token)
        if claims.kind == "integration":
            actor = await self.database.ask(lambda connection: actors.key_actor(connection, key_id=claims.subject))
        else:
            actor = await self.database.ask(
                lambda connection: actors.staff_actor(connection, claims.subject, claims.issued_at)
            )
        return actor, left(claims.expires_at)

    async def _by_oidc(self, token: str, issuer: OidcIssuer) -> tuple[Actor | None, float]:
        subject = await issuer.verify(token)
        actor = await self.database.ask(
            lambda connection: actors.linked_actor(connection, subject.issuer, subject.name, subject.issued_at)
        )
        return actor, left(subject.expires_at)

    async def listen(self) -> None:
        """Forgets whenever the database announces a change; reconnects for ever, and forgets on each reconnect."""
        while True:
            with contextlib.suppress(Exception):
                async with self.database.read.connect() as connection:
                    raw = (await connection.get_raw_connection()).driver_connection
                    assert raw is not None
                    ended = asyncio.Event()
                    raw.add_termination_listener(partial(finish, ended))
                    await raw.add_listener(CHANNEL, lambda *_: self.forget())
                    self.forget()
                    await ended.wait()
            self.forget()
            await asyncio.sleep(1)
