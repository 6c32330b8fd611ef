"""The blocked pairs of rules: accounts and people that there are, so that none is blocked in name only."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.states import VersionState
from service.errors import FieldError, InvalidInput, Sentence
from service.models import Account, Rulebook, Staff
from service.operations.rulebook_tests import NOT_FOUND
from service.policy import Actor, allowed

ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IDS = Sentence("An id (UUID) is expected, in small letters; a code is none.", "应为小写的标识（UUID），而非编号。")
NOTHING: Mapping[str, Any] = MappingProxyType({})
Pair = Mapping[str, str]


async def expect_pairs(
    session: AsyncSession, actor: Actor, definition: Mapping[str, Any], where: str, before: Mapping[str, Any] = NOTHING
) -> None:
    """InvalidInput, with its place, for whatever is no id of an account that the actor may see, or of a person.

    A pair of rules that were published, or of the draft `before`, is taken over as it stands: whoever amends them may
    see less than their author did, and may not lift a pair unawares.
    """
    pairs = dict(pairs_of(definition, where))
    refuse(
        "uuid_parsing",
        IDS,
        (f"{place}/{name}" for place, pair in pairs.items() for name, id_ in pair.items() if not ID.fullmatch(id_)),
    )
    there = await existing(session, actor, pairs.values())
    unknown = {
        f"{place}/{name}": pair for place, pair in pairs.items() for name in pair if pair[name] not in there[name]
    }
    if unknown:
        standing = await published_pairs(session) | {members_of(pair) for _, pair in pairs_of(before, where)}
        refuse("not_found", NOT_FOUND, (place for place, pair in unknown.items() if members_of(pair) not in standing))


def pairs_of(definition: Mapping[str, Any], where: str) -> Iterator[tuple[str, Pair]]:
    """Each blocked pair of a well-formed definition, the owner's and those of other roles, with its JSON Pointer."""
    roles = definition.get("team_roles") or {}
    for place, section in {"": definition, **{f"/team_roles/{role}": part for role, part in roles.items()}}.items():
        listed = ((section or {}).get("hard_rules") or {}).get("blocked_pairs") or ()
        yield from ((f"{where}{place}/hard_rules/blocked_pairs/{at}", pair) for at, pair in enumerate(listed))


def refuse(code: str, sentence: Sentence, places: Iterable[str]) -> None:
    """InvalidInput where there are any such places, each with the member's name."""
    named = ((place, place.rpartition("/")[2]) for place in places)
    flaws = [
        FieldError(code, Sentence(f"{name}: {sentence.en}", f"{name}：{sentence.zh}"), pointer=place)
        for place, name in named
    ]
    if flaws:
        raise InvalidInput(errors=flaws)


async def existing(session: AsyncSession, actor: Actor, pairs: Collection[Pair]) -> dict[str, set[str]]:
    """For each member of pairs, the ids among theirs of accounts that the actor may see, and of people."""
    if not pairs:
        return {}
    accounts, people = ([UUID(pair[name]) for pair in pairs] for name in ("account_id", "person_id"))
    seen = select(Account.id).where(Account.id == func.any(accounts), allowed(actor, "see", Account))
    known = select(Staff.id).where(Staff.id == func.any(people), Staff.deleted_at.is_(None))
    return {
        "account_id": {str(id_) for id_ in await session.scalars(seen)},
        "person_id": {str(id_) for id_ in await session.scalars(known)},
    }


async def published_pairs(session: AsyncSession) -> set[frozenset[tuple[str, str]]]:
    """Every pair that rules blocked when they were published."""
    pair = func.jsonb_path_query(Rulebook.definition, cast("$.**.blocked_pairs[*]", JSONPATH), type_=JSONB)
    found = await session.scalars(select(pair).where(Rulebook.state != VersionState.DRAFT))
    return {members_of(one) for one in found}


def members_of(pair: Pair) -> frozenset[tuple[str, str]]:
    """A pair as what it says, to be found among others."""
    return frozenset(pair.items())
