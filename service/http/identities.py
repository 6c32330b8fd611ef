"""From a bearer token to the actor: verified once, remembered for seconds, forgotten on any change."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from functools import partial

from service.adapters.tokens import InvalidToken, Issuer
from service.database import Database
from service.domain.api_keys import PREFIX, is_well_formed
from service.domain.digests import digest
from service.policy import Actor
from service.queries import actors

CHANNEL = "evenhand_actors"
REMEMBERED_S = 5.0
REMEMBERED_MAX = 10_000


def finish(ended: asyncio.Event, *_: object) -> None:
    """Marks the end of a connection."""
    ended.set()


class Identities:
    """Resolves tokens; a NOTIFY of the database empties its memory at once."""

    def __init__(self, database: Database, issuer: Issuer | None) -> None:
        self.database = database
        self.issuer = issuer
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
        if token.startswith(PREFIX):
            if not is_well_formed(token):
                return None, 0
            secret_hash = digest(token)
            actor = await self.database.ask(lambda connection: actors.key_actor(connection, secret_hash=secret_hash))
            return actor, REMEMBERED_S
        if self.issuer is None:
            return None, 0
        try:
            claims = self.issuer.verify(token)
        except InvalidToken:
            return None, 0
        if claims.kind == "integration":
            actor = await self.database.ask(lambda connection: actors.key_actor(connection, key_id=claims.subject))
        else:
            actor = await self.database.ask(
                lambda connection: actors.staff_actor(connection, claims.subject, claims.issued_at)
            )
        return actor, (claims.expires_at - datetime.now(UTC)).total_seconds()

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
