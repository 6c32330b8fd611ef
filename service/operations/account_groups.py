"""Groups (集团) of accounts: who belongs to whom, and never to themselves."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import FieldError, InvalidInput, Sentence
from service.models import Account
from service.policy import Actor, allowed


async def expect_parent(session: AsyncSession, actor: Actor, parent_id: UUID, account_id: UUID | None = None) -> None:
    """A group is an account that the actor may know of; one that exists (`account_id`) is no part of its own group."""
    statement = select(Account.id).where(Account.id == parent_id, allowed(actor, "see", Account))
    if await session.scalar(statement) is None:
        sentence = Sentence("There is no such account.", "没有该客户。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/parent_id")])
    if account_id:
        await refuse_circle(session, account_id, parent_id)


async def refuse_circle(session: AsyncSession, account_id: UUID, parent_id: UUID) -> None:
    """No account is in its own group; groups change one at a time, so that no two changes close a circle."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("account groups"))))
    above = select(Account.id, Account.parent_id).where(Account.id == parent_id).cte("above", recursive=True)
    parents = select(Account.id, Account.parent_id).join(above, Account.id == above.c.parent_id)
    everything_above = above.union(parents)
    if await session.scalar(select(everything_above.c.id).where(everything_above.c.id == account_id)) is not None:
        sentence = Sentence("An account is not part of its own group.", "客户不能隶属于自身所在的集团。")
        raise InvalidInput(errors=[FieldError("own_parent", sentence, pointer="/parent_id")])
