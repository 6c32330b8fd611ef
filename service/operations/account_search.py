"""What an account is found by: its own names and codes, and its contacts'."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.names import match_key, name_forms
from service.models import Account, Contact


async def refresh_search(session: AsyncSession, account: Account) -> None:
    """Renews what an account is found by."""
    rows = await session.execute(
        select(Contact.name, Contact.mobile, Contact.email).where(
            Contact.account_id == account.id, Contact.deleted_at.is_(None)
        )
    )
    contacts = [part for row in rows for part in row if part]
    values = {"name": account.name, "code": account.code, "external_ref": account.external_ref}
    for name, value in derived(values, contacts).items():
        setattr(account, name, value)


def derived(values: Mapping[str, Any], contacts: list[str] | None = None) -> dict[str, Any]:
    """Sort key, duplicate key, search text and its pieces."""
    forms = name_forms(values["name"])
    others = [match_key(part) for part in (values["code"], values.get("external_ref"), *(contacts or ())) if part]
    spoken = [name_forms(part) for part in contacts or ()]
    pieces = set(forms.grams)
    for other in others:
        pieces.update(other, map("".join, pairwise(other)))
    for form in spoken:
        pieces.update(form.grams)
    return {
        "name_sort": forms.sort_key,
        "name_match": forms.normalised,
        "search": " ".join([forms.match_key, forms.initials, *others, *(form.initials for form in spoken)]),
        "grams": sorted(pieces - {" "}),
    }
