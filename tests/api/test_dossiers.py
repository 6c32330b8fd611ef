"""The dossier of an account: the checklist of its grades, and what the reader may know to be there."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from service.domain.tier_templates import FIVE_TIERS
from service.models import AccountTier, AuditEntry, TierScheme, new_id
from tests.archive import Archive
from tests.house import House, Person


@pytest.fixture
async def archive(house: House) -> Archive:
    return await Archive.of(house)


async def grade(archive: Archive, tier: str, definition: dict[str, Any] = FIVE_TIERS) -> None:
    """The account's grade by a scheme."""
    scheme: dict[str, Any] = {
        "id": new_id(), "code": definition["code"], "number": 1, "method": definition["method"], "state": "published",
        "definition": definition, "created_by": archive.seller.id,
    }  # fmt: skip
    held = {
        "id": new_id(), "account_id": archive.account_id, "scheme_code": scheme["code"], "scheme_id": scheme["id"],
        "tier": tier,
    }  # fmt: skip
    async with archive.house.services.database.transaction() as session:
        await session.execute(insert(TierScheme).values(scheme))
        await session.execute(insert(AccountTier).values(held))


async def dossier(archive: Archive, person: Person, language: str = "en", status: int = 200) -> Any:
    async with archive.house.client(person, **{"Accept-Language": language}) as client:
        answer = await client.get(f"/v1/accounts/{archive.account_id}/dossier")
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


def states(found: Any) -> dict[int, str]:
    return {group["group"]: group["state"] for group in found["groups"] if group["state"] != "missing"}


def filed(archive: Archive, group: int) -> dict[str, Any]:
    return {"account_id": str(archive.account_id), "original_group": group}


async def test_the_checklist_is_that_of_the_accounts_grades(archive: Archive) -> None:
    found = await dossier(archive, archive.seller)
    assert (found["grades"], found["missing"], found["completeness"]) == ([], [2], "0.0000")
    await grade(archive, "silver")
    found = await dossier(archive, archive.seller)
    assert found["grades"] == [{"scheme_code": "five_tiers", "tier": "silver"}]
    assert [group["group"] for group in found["groups"] if group["required"]] == found["missing"] == [2, 4, 8]
    assert len(found["groups"]) == 10


async def test_what_a_scheme_asks_of_its_accounts_is_its_own_affair(archive: Archive) -> None:
    tiers = [dict(tier) for tier in FIVE_TIERS["tiers"]]
    tiers[0]["originals"] = [1, 7]
    del tiers[1]["originals"]
    own = FIVE_TIERS | {"tiers": tiers}
    await grade(archive, "gold", own)
    assert (await dossier(archive, archive.seller))["missing"] == [1, 7]
    await grade(archive, "diamond", own | {"code": "another"})
    assert (await dossier(archive, archive.seller))["missing"] == list(range(1, 11))


async def test_what_was_accepted_is_held_and_what_waits_is_told_apart(archive: Archive) -> None:
    await grade(archive, "silver")
    item_id = await archive.accepted("secret", **filed(archive, 8))
    await archive.deposit("unclassified", **filed(archive, 2))
    await archive.deposit("unclassified", account_id=str(archive.account_id))
    found = await dossier(archive, archive.seller)
    assert states(found) == {8: "held", 2: "deposited"}
    assert (found["missing"], found["completeness"]) == ([2, 4], "0.3333")
    (item,) = found["groups"][7]["items"]
    assert (item["id"], item["title"], item["confidentiality"], item["rank"]) == (item_id, "供货合同", "secret", 1)


async def test_an_original_that_was_lost_without_a_copy_lacks(archive: Archive) -> None:
    item_id = await archive.deposit("unclassified", **filed(archive, 2))
    await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True, "place": "二号库"})
    assert (await dossier(archive, archive.seller))["completeness"] == "1.0000"
    await archive.ask(archive.archivist, f"{item_id}/receipts", {"kind": "lost", "note": "清点未见"}, 201)
    assert (await dossier(archive, archive.seller))["missing"] == [2]


async def test_what_was_withdrawn_is_not_there(archive: Archive) -> None:
    item_id = await archive.deposit("unclassified", **filed(archive, 2))
    await archive.ask(archive.seller, f"{item_id}/withdraw", {"reason": "误传"}, 204)
    assert states(await dossier(archive, archive.seller)) == {}


async def test_a_hidden_item_leaks_neither_by_title_nor_by_count_nor_by_completeness(archive: Archive) -> None:
    await grade(archive, "gold")
    await archive.accepted("secret", **filed(archive, 1))
    before = await dossier(archive, archive.seller)
    for group in (1, 3):
        await archive.accepted("top_secret", by=archive.manager, title="绝密协议", **filed(archive, group))
    assert await dossier(archive, archive.seller) == before
    assert await dossier(archive, archive.deputy) == before
    whole = await dossier(archive, archive.manager)
    assert (states(whole), whole["completeness"]) == ({1: "held", 3: "held"}, "0.2000")
    assert len(whole["groups"][0]["items"]) == 2


async def test_at_most_five_items_of_a_group_are_shown_the_newest_first(archive: Archive) -> None:
    made = [await archive.deposit("unclassified", title=f"函件 {at}", **filed(archive, 6)) for at in range(6)]
    shown = [item["id"] for item in (await dossier(archive, archive.seller))["groups"][5]["items"]]
    assert len(shown) == 5
    assert set(shown) < set(made)


async def test_groups_are_named_in_the_readers_language(archive: Archive) -> None:
    names = [(await dossier(archive, archive.seller, tongue))["groups"][8]["name"] for tongue in ("en", "zh-CN")]
    assert names == ["Acceptance records", "验收记录"]


async def test_whoever_may_not_see_the_account_learns_nothing_and_is_noted(archive: Archive) -> None:
    await dossier(archive, archive.stranger, status=404)
    marketer = await archive.house.person("marketing")
    await dossier(archive, marketer, status=403)  # the basics only
    await dossier(archive, archive.admin, status=404)
    assert (await dossier(archive, archive.auditor))["account_id"] == str(archive.account_id)


async def test_seeing_classified_items_in_a_dossier_leaves_evidence(archive: Archive) -> None:
    item_id = await archive.accepted("secret", **filed(archive, 8))
    await archive.accepted("unclassified", **filed(archive, 2))
    await dossier(archive, archive.seller)
    listed = select(AuditEntry.data, AuditEntry.actor_id).where(AuditEntry.action == "archive_items.listed")
    async with archive.house.services.database.reading() as connection:
        entry = (await connection.execute(listed)).one()
    assert item_id in str(entry.data)
    assert isinstance(entry.actor_id, UUID)
    assert entry.actor_id == archive.seller.id
