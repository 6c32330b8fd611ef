"""What a user can do with identities of the identity provider: link them to people, unlink them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import NoIdentityProvider
from service.journal import record
from service.models import Identity
from service.operations.access import unlink
from service.operations.invitations import refuse_takeover
from service.operations.organisation import expect_colleague
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.identities import IdentityCreate


async def link_identity(session: AsyncSession, actor: Actor, issuer: str | None, wanted: IdentityCreate) -> Identity:
    """Lets tokens of a subject speak for somebody else; what they may do is told by their roles here alone."""
    require(actor, "link", Identity)
    assert actor.id is not None
    if issuer is None:
        raise NoIdentityProvider
    await expect_colleague(session, wanted.staff_id, "/staff_id")
    await refuse_takeover(session, actor, wanted.staff_id)
    identity = Identity(staff_id=wanted.staff_id, issuer=issuer, subject=wanted.subject, linked_by=actor.id)
    session.add(identity)
    await session.flush()
    data = {"staff_id": wanted.staff_id, "issuer": issuer, "subject": wanted.subject}
    await record(session, actor, events.IdentityLinked(identity.id, data=data))
    session.info["made"], session.info["standing_changed"] = identity, True
    return identity


async def unlink_identity(session: AsyncSession, actor: Actor, identity_id: UUID, version: Versions) -> None:
    """Ends what a subject's tokens open, at once."""
    identity = await fetch(session, actor, "unlink", Identity, identity_id)
    expect(identity, version)
    await unlink(session, actor, identity)
