"""New values of an account: written with what follows from them, or kept beside it until somebody verifies them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.merge_patch import merged
from service.journal import record
from service.models import Account
from service.operations.account_search import refresh_search
from service.operations.changes import rewrite
from service.operations.rates import to_base
from service.policy import Actor

# What decides distribution; custom fields are among it, because schemes grade by them.
DECIDING = (
    "industry", "region", "potential_value", "potential_currency", "potential_value_on", "intent", "products", "custom",
)  # fmt: skip


async def change(
    session: AsyncSession, actor: Actor, account: Account, wanted: Mapping[str, Any], base_currency: str
) -> None:
    """Writes new values, what is derived from them, and the evidence."""
    told = rewrite(account, wanted)
    if not told:
        return
    if told.keys() & {"potential_value", "potential_currency", "potential_value_on"}:
        current = {name: getattr(account, name) for name in DECIDING}
        account.potential_value_base = await to_base(session, current, base_currency)
    if told.keys() & {"name", "external_ref"}:
        await refresh_search(session, account)
    await record(session, actor, events.AccountChanged(account.id, account.id, {"changes": told}))


def resulting(account: Account, patch: Mapping[str, Any]) -> dict[str, Any]:
    """A patch's fields as the account would then have them: further fields are merged into the present ones."""
    return {name: merged(account.custom, value) if name == "custom" else value for name, value in patch.items()}


async def propose(session: AsyncSession, actor: Actor, account: Account, deciding: Mapping[str, Any]) -> None:
    """Keeps a change of what decides distribution beside the account until somebody verifies it."""
    fields = written(deciding)
    account.proposed = proposal(account.proposed, fields, actor)
    account.version += 1
    await record(session, actor, events.AccountProposed(account.id, account.id, {"fields": fields}))


def written(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a proposal holds them: days and amounts as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in fields.items()
    }


def proposal(waiting: Mapping[str, Any] | None, fields: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What waits for verification, with these fields added; everybody who proposed part of it is named."""
    earlier = waiting or {"fields": {}, "by": []}
    people = [*earlier["by"], str(actor.id)]
    at = datetime.now(UTC).isoformat()
    added = {**earlier["fields"], **fields}
    if "custom" in fields:  # a patch of a patch: null still removes
        added["custom"] = {**earlier["fields"].get("custom", {}), **fields["custom"]}
    return {"fields": added, "by": list(dict.fromkeys(people)), "at": at}


def restored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Proposed values with their own types again."""
    values = dict(fields)
    if values.get("potential_value") is not None:
        values["potential_value"] = Decimal(values["potential_value"])
    if values.get("potential_value_on") is not None:
        values["potential_value_on"] = date.fromisoformat(values["potential_value_on"])
    return values
