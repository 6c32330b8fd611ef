from datetime import date
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from service.domain.archives import DEPUTY_IN_CHARGE, TOP_SECRET, TwoPeople, may_act_together
from service.domain.people import Role
from service.models import ArchiveItem, ArchiveVersion, RoleGrant
from tests.archive import PDF, Archive
from tests.house import House, Person

LOWER = {"action": "lower", "to_confidentiality": "unclassified", "reason": "已公示"}
DESTROY = {"action": "destroy", "reason": "期满"}
LIFT = {"action": "lift_hold", "reason": "案件终结"}
PEOPLE = (*sorted(Role), DEPUTY_IN_CHARGE)


@pytest.fixture
async def archive(house: House) -> Archive:
    return await Archive.of(house)


async def proposed(archive: Archive, by: Person, item_id: str, body: dict[str, Any]) -> str:
    made = await archive.ask(by, f"{item_id}/proposals", body, 201)
    return f"{item_id}/proposals/{made['id']}"


async def over(archive: Archive, item_id: str) -> None:
    """The retention of an item has ended."""
    await archive.meddle(update(ArchiveItem).where(ArchiveItem.id == item_id).values(retain_until=date(2020, 1, 1)))


def pairs(action: TwoPeople, rank: int) -> set[frozenset[str]]:
    """The roles of any two people who may do this together."""
    return {
        frozenset((str(one), str(other)))
        for one, other in product(PEOPLE, PEOPLE)
        if may_act_together(action, rank, frozenset({one}), frozenset({other}))
    }


@pytest.mark.parametrize("rank", range(TOP_SECRET))
def test_below_top_secret_the_archivist_lowers_with_the_general_manager_or_the_deputy_in_charge(rank: int) -> None:
    assert pairs(TwoPeople.LOWER, rank) == {
        frozenset({"archivist", "general_manager"}),
        frozenset({"archivist", DEPUTY_IN_CHARGE}),
    }
    assert (
        pairs(TwoPeople.DESTROY, rank)
        == pairs(TwoPeople.LIFT_HOLD, rank)
        == {
            frozenset({"archivist", "office_director"}),
            frozenset({"archivist", "general_manager"}),
            frozenset({"office_director", "general_manager"}),
        }
    )


def test_a_top_secret_item_takes_the_general_manager_and_a_leader_or_the_archivist() -> None:
    leaders = ("general_manager", "deputy_general_manager", "director", "office_director")
    assert pairs(TwoPeople.LOWER, TOP_SECRET) == {frozenset({"general_manager", leader}) for leader in leaders}
    archivist = {frozenset({"general_manager", "archivist"})}
    assert pairs(TwoPeople.DESTROY, TOP_SECRET) == pairs(TwoPeople.LIFT_HOLD, TOP_SECRET) == archivist


async def test_the_archivist_and_the_deputy_in_charge_lower_a_class_together(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    path = await proposed(archive, archive.archivist, item_id, LOWER)
    assert (await archive.ask(archive.archivist, f"{path}/confirm", {}, 403))["code"] == "second_person_needed"
    for person in (archive.seller, archive.director, archive.office_director, archive.auditor):
        await archive.ask(person, f"{path}/confirm", {}, 403)
    await archive.ask(archive.stranger, f"{path}/confirm", {}, 404)
    told = await archive.ask(archive.deputy, f"{path}/confirm", {"reason": "同意"})
    assert (told["state"], told["decided_by"]) == ("confirmed", str(archive.deputy.id))
    assert (await archive.get(archive.stranger, item_id))["rank"] == 0
    await archive.ask(archive.manager, f"{path}/confirm", {}, 409)


async def test_two_who_may_each_take_part_are_not_always_a_pair(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    path = await proposed(archive, archive.manager, item_id, LOWER)
    assert (await archive.ask(archive.deputy, f"{path}/confirm", {}, 403))["code"] == "wrong_pair"
    assert (await archive.get(archive.manager, item_id))["rank"] == 1


async def test_whoever_proposed_must_still_hold_the_role(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    path = await proposed(archive, archive.manager, item_id, LOWER)
    await archive.meddle(update(RoleGrant).where(RoleGrant.staff_id == archive.manager.id).values(state="revoked"))
    assert (await archive.ask(archive.archivist, f"{path}/confirm", {}, 403))["code"] == "wrong_pair"


async def test_a_second_leader_confirms_for_a_top_secret_item_without_seeing_it(archive: Archive) -> None:
    title = "并购意向"
    item_id = await archive.deposit("top_secret", by=archive.manager, title=title)
    body = LOWER | {"to_confidentiality": "confidential"}
    assert (await archive.ask(archive.manager, f"{item_id}/proposals", body, 422))["errors"][0][
        "pointer"
    ] == "/second_id"
    path = await proposed(archive, archive.manager, item_id, body | {"second_id": str(archive.director.id)})
    for person in (archive.deputy, archive.seller):
        await archive.ask(person, f"{path}/confirm", {}, 404)
    await archive.get(archive.director, item_id, 404)
    shown = await archive.get(archive.director, path)
    assert title not in str(shown)
    told = await archive.ask(archive.director, f"{path}/confirm", {})
    assert told["state"] == "confirmed"
    assert (await archive.get(archive.director, item_id))["confidentiality"] == "confidential"


async def test_a_proposal_of_a_hidden_item_is_answered_like_none(archive: Archive) -> None:
    item_id = await archive.deposit("top_secret", by=archive.manager)
    body = LOWER | {"second_id": str(archive.director.id)}
    path = await proposed(archive, archive.manager, item_id, body)
    for verb in ("confirm", "refuse", "withdraw"):
        for there in (path, f"{item_id}/proposals/{uuid4()}", f"{uuid4()}/proposals/{uuid4()}"):
            await archive.ask(archive.seller, f"{there}/{verb}", {}, 404)


async def test_nothing_is_destroyed_before_its_time_or_under_hold(archive: Archive) -> None:
    item_id = await archive.accepted("secret", retention="years_10")
    assert (await archive.ask(archive.archivist, f"{item_id}/proposals", DESTROY, 409))["code"] == "still_retained"
    await over(archive, item_id)
    path = await proposed(archive, archive.archivist, item_id, DESTROY)
    await archive.ask(archive.office_director, f"{item_id}/hold", {"reason": "诉讼"})
    assert (await archive.ask(archive.manager, f"{path}/confirm", {}, 409))["code"] == "under_legal_hold"
    for change in (
        update(ArchiveItem).values(state="destroyed"),
        update(ArchiveVersion).values(wrapped_key=None),
    ):
        with pytest.raises(DBAPIError, match=r"held"):
            await archive.meddle(change)
    lift = await proposed(archive, archive.office_director, item_id, LIFT)
    await archive.ask(archive.office_director, f"{lift}/confirm", {}, 403)
    await archive.ask(archive.archivist, f"{lift}/confirm", {})
    await archive.ask(archive.manager, f"{path}/confirm", {})
    told = await archive.get(archive.archivist, item_id)
    assert (told["state"], told["current_version"], told["paper_state"]) == ("destroyed", None, None)
    versions = await archive.get(archive.archivist, f"{item_id}/versions")
    assert [version["is_kept"] for version in versions["items"]] == [False]


async def test_what_is_kept_for_ever_is_never_destroyed(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified", retention="permanent")
    assert (await archive.ask(archive.archivist, f"{item_id}/proposals", DESTROY, 409))["code"] == "still_retained"


async def test_a_proposal_is_refused_by_another_and_withdrawn_by_its_author(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    path = await proposed(archive, archive.archivist, item_id, LOWER)
    await archive.ask(archive.archivist, f"{item_id}/proposals", LOWER, 409)
    await archive.ask(archive.archivist, f"{path}/refuse", {}, 403)
    assert (await archive.ask(archive.manager, f"{path}/refuse", {"reason": "不同意"}))["state"] == "refused"
    again = await proposed(archive, archive.archivist, item_id, LOWER)
    await archive.ask(archive.manager, f"{again}/withdraw", {}, 403)
    assert (await archive.ask(archive.archivist, f"{again}/withdraw", {}))["state"] == "withdrawn"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "lower", "reason": "错"},
        DESTROY | {"to_confidentiality": "unclassified"},
        DESTROY | {"effective_on": "2030-01-01"},
    ],
)
async def test_fields_that_do_not_fit_their_action_are_refused(archive: Archive, body: dict[str, Any]) -> None:
    item_id = await archive.accepted("secret")
    await archive.ask(archive.archivist, f"{item_id}/proposals", body, 422)


async def test_lowering_never_raises(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    for target in ("secret", "confidential", "top_secret"):
        body = LOWER | {"to_confidentiality": target}
        told = await archive.ask(archive.archivist, f"{item_id}/proposals", body, 409)
        assert told["code"] == "class_not_lower"


async def test_destroyed_content_opens_for_nobody(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified", account_id=str(archive.account_id), retention="years_10")
    assert (await archive.content(archive.seller, item_id)).content == PDF
    await over(archive, item_id)
    path = await proposed(archive, archive.manager, item_id, DESTROY)
    await archive.ask(archive.archivist, f"{path}/confirm", {})
    assert (await archive.content(archive.seller, item_id)).json()["code"] == "content_gone"


async def test_a_proposal_to_lower_does_not_outlive_a_raise(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    path = await proposed(archive, archive.archivist, item_id, LOWER)
    assert (await archive.get(archive.archivist, path))["class_as_proposed"] == "secret"
    raised = {"confidentiality": "confidential", "reason": "复核"}
    await archive.ask(archive.archivist, f"{item_id}/raise", raised)
    assert (await archive.ask(archive.deputy, f"{path}/confirm", {}, 409))["code"] == "class_changed_since"
    assert (await archive.get(archive.archivist, item_id))["rank"] == 2
    await archive.ask(archive.deputy, f"{path}/refuse", {"reason": "已升密"})
    again = await proposed(archive, archive.archivist, item_id, LOWER)
    await archive.ask(archive.deputy, f"{again}/confirm", {})
    assert (await archive.get(archive.stranger, item_id))["rank"] == 0


async def test_the_history_of_an_item_tells_every_reason(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    for verb, reason in (("refuse", "理由不足"), ("withdraw", "暂缓")):
        path = await proposed(archive, archive.archivist, item_id, LOWER)
        by = archive.deputy if verb == "refuse" else archive.archivist
        await archive.ask(by, f"{path}/{verb}", {"reason": reason})
    path = await proposed(archive, archive.archivist, item_id, LOWER)
    await archive.ask(archive.deputy, f"{path}/confirm", {"reason": "同意降密"})
    await archive.ask(archive.archivist, f"{item_id}/raise", {"confidentiality": "secret", "reason": "复核后升密"})
    file = (await archive.send(item_id)).json()["id"]
    await archive.ask(archive.archivist, f"{item_id}/versions/{file}/refuse", {"reason": "扫描不清"})
    await archive.ask(archive.archivist, f"{item_id}/hold", {"reason": "诉讼"})
    entries = (await archive.get(archive.archivist, f"{item_id}/history?sort=at"))["items"]
    told = [(entry["action"], entry["data"]["reason"]) for entry in entries if entry["data"].get("reason")]
    made = ("archive_proposal.made", LOWER["reason"])
    assert told == [
        made,
        ("archive_proposal.refused", "理由不足"),
        made,
        ("archive_proposal.withdrawn", "暂缓"),
        made,
        ("archive_proposal.confirmed", "同意降密"),
        ("archive_item.raised", "复核后升密"),
        ("archive_version.refused", "扫描不清"),
        ("archive_item.held", "诉讼"),
    ]


async def test_why_a_deposit_was_turned_down_is_in_its_history(archive: Archive) -> None:
    item_id = await archive.deposit("secret")
    await archive.ask(archive.archivist, f"{item_id}/withdraw", {"reason": "不属归档范围"}, 204)
    newest = (await archive.get(archive.archivist, f"{item_id}/history"))["items"][0]
    assert (newest["action"], newest["data"]) == ("archive_item.withdrawn", {"reason": "不属归档范围"})


async def test_the_general_manager_describes_a_top_secret_item_and_no_other(archive: Archive) -> None:
    for class_, status in (("top_secret", 200), ("confidential", 403)):
        item_id = await archive.deposit(class_, by=archive.archivist)
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        async with archive.house.client(archive.manager, **headers) as client:
            answer = await client.patch(f"/v1/archives/{item_id}", content='{"description": "并购"}')
        assert answer.status_code == status, answer.text
