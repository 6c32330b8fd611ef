"""What a user can do with tier schemes: draft, change, publish, retire."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import VersionState
from service.domain.tier_schemes import read_scheme
from service.domain.tier_templates import TEMPLATES
from service.errors import AuthorIsApprover, Sentence, StateConflict
from service.journal import record
from service.models import TierScheme, new_id
from service.operations.rule_versions import FINAL, RuleVersions
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.tier_schemes import TierSchemeCreate, TierSchemeUpdate

SCHEMES = RuleVersions(TierScheme, "published_by", events.TierSchemePublished, events.TierSchemeRetired)
BY_AUTHOR = Sentence("The author of a scheme does not publish it.", "分级方案的起草人不得自行发布。")


async def create_tier_scheme(session: AsyncSession, actor: Actor, wanted: TierSchemeCreate) -> TierScheme:
    """Drafts a scheme; a code that exists already gets its next number."""
    require(actor, "create", TierScheme)
    definition = definition_of(TEMPLATES[wanted.template] if wanted.template else {}, wanted)
    read = read_scheme(definition)
    scheme = TierScheme(
        id=new_id(),
        code=read.code,
        number=await SCHEMES.next_number(session, read.code),
        method=read.method,
        definition=definition,
        state=VersionState.DRAFT,
        created_by=actor.id,
    )
    session.add(scheme)
    session.info["made"] = scheme
    data = {"code": scheme.code, "number": scheme.number, "method": scheme.method, "template": wanted.template}
    await record(session, actor, events.TierSchemeCreated(scheme.id, data=data))
    return scheme


async def update_tier_scheme(
    session: AsyncSession, actor: Actor, scheme_id: UUID, version: Versions, patch: TierSchemeUpdate
) -> TierScheme:
    """Changes a draft; a published version stays what it is."""
    scheme = await fetch(session, actor, "edit", TierScheme, scheme_id)
    expect(scheme, version)
    if scheme.state != VersionState.DRAFT:
        raise StateConflict(FINAL)
    before, definition = scheme.definition, definition_of(scheme.definition, patch)
    changes = {
        name: {"from": before.get(name), "to": definition.get(name)}
        for name in patch.model_fields_set
        if before.get(name) != definition.get(name)
    }
    if changes:
        scheme.method, scheme.definition = read_scheme(definition).method, definition
        scheme.version += 1
        await record(session, actor, events.TierSchemeChanged(scheme.id, data={"changes": changes}))
    return scheme


async def publish_tier_scheme(
    session: AsyncSession, actor: Actor, scheme_id: UUID, version: Versions, reason: str | None
) -> TierScheme:
    """Makes a draft count, and retires the version that counted before."""
    scheme: TierScheme = await SCHEMES.fetched(session, actor, "publish", scheme_id, version, VersionState.PUBLISHED)
    if scheme.created_by == actor.id:
        raise AuthorIsApprover(BY_AUTHOR)
    await SCHEMES.publish(session, actor, scheme, reason)
    return scheme


async def retire_tier_scheme(
    session: AsyncSession, actor: Actor, scheme_id: UUID, version: Versions, reason: str | None
) -> TierScheme:
    """Ends the use of a published version; grades that were given stay."""
    scheme: TierScheme = await SCHEMES.fetched(session, actor, "retire", scheme_id, version, VersionState.RETIRED)
    await SCHEMES.retire(session, actor, scheme, reason)
    return scheme


def definition_of(base: Mapping[str, Any], given: TierSchemeCreate | TierSchemeUpdate) -> dict[str, Any]:
    """The scheme's data after a merge patch: what is given replaces, null removes, the rest stays."""
    replaced = given.model_dump(mode="json", exclude_none=True, exclude={"template"})
    return {name: value for name, value in base.items() if name not in given.model_fields_set} | replaced
