"""The archive: a secret contract is borrowed, read and refused; a top-secret item does not exist for a seller."""

import time
from datetime import datetime
from uuid import uuid4

from demo.callers import Json
from demo.failure import DemoFailed
from demo.organisation import ARCHIVIST, DEPUTY, GENERAL_MANAGER
from demo.story import Story

CONTRACT = "年度框架合同 Framework contract\n第一条 付款期限六十天。Payment within sixty days.\n".encode()
SECRET = {"title": "年度框架合同 Framework contract", "kind": "contract", "confidentiality": "secret"}
HIDDEN = {"title": "并购意向 Intended acquisition", "kind": "minutes", "confidentiality": "top_secret"}
CONTRACTS = 8
"""The group of originals that a contract belongs to."""
LENT_S = 5
LOOK_EVERY_S = 0.2


def keep(story: Story, appeal: Json) -> None:
    """Both items, and what happens to them."""
    account_id, seller = appeal["account_id"], story.codes[appeal["appellant_id"]]
    contract = item(story, seller, SECRET | {"account_id": account_id, "original_group": CONTRACTS})
    lend(story, seller, contract)
    hide(story, seller, account_id)
    found = story.by(seller).get(f"/v1/accounts/{account_id}/dossier")
    needed = [group for group in found["groups"] if group["required"]]
    story.telling.say(
        f"The account's dossier asks for {len(needed)} groups of originals; {len(found['missing'])} still lack."
    )
    story.telling.leaves("1 secret contract, 1 loan that ended, 1 item that does not exist for most")


def item(story: Story, depositor: str, wanted: Json) -> Json:
    """An item of the archive with its original, as the archivist accepted it."""
    archivist = story.by(ARCHIVIST)
    query = {name: wanted[name] for name in ("account_id", "kind", "confidentiality")}
    found = archivist.first("/v1/archives", **query) or story.by(depositor).post("/v1/archives", wanted)
    path = f"/v1/archives/{found['id']}"
    if found["state"] == "deposited":
        if archivist.first(f"{path}/versions") is None:
            story.by(depositor).send(f"{path}/versions", "contract.txt", CONTRACT, "text/plain")
        found = archivist.post(f"{path}/accept", {"original_held": True, "place": "二号库 Room 2"})
    return found


def lend(story: Story, seller: str, contract: Json) -> None:
    """The contract on loan: asked for, approved, read, and refused after the end."""
    story.telling.say(
        f"{story.called(seller)} deposited {contract['title']}; {story.called(ARCHIVIST)} accepted it. "
        "It is secret, so that even its depositor needs a loan now."
    )
    by, path = story.by(seller), f"/v1/archives/{contract['id']}/content"
    loan = by.first("/v1/loans", item_id=contract["id"]) or ask(story, seller, contract)
    if loan["state"] == "requested":
        loan = story.by(DEPUTY).post(f"/v1/loans/{loan['id']}/approve", {})
    if loan["state"] == "approved":
        loan = by.post(f"/v1/loans/{loan['id']}/activate", {"acknowledged": loan["duties"]})
        if by.read(path) != CONTRACT:
            raise DemoFailed("What was read is not what was deposited.")
        story.telling.say(
            f"{story.called(DEPUTY)}, the deputy in charge, approved; {seller} acknowledged {len(loan['duties'])} "
            f"duties and read the contract, word for word as it was deposited."
        )
    while loan["state"] == "active":
        time.sleep(LOOK_EVERY_S)
        loan = by.get(f"/v1/loans/{loan['id']}")
    lasted = datetime.fromisoformat(loan["expires_at"]) - datetime.fromisoformat(loan["starts_at"])
    refused = by.refusal(path)
    story.telling.say(
        f"After {lasted.seconds} seconds the loan is {loan['state']} by itself. The contract again: "
        f"{refused['status']} {refused['code']}."
    )


def ask(story: Story, seller: str, contract: Json) -> Json:
    """The request; nobody can read before somebody else approves."""
    story.by(seller).refusal(f"/v1/archives/{contract['id']}/content")
    wanted = {"item_id": contract["id"], "purpose": "核对付款条款 Check the terms", "duration_seconds": LENT_S}
    return story.by(seller).post("/v1/loans", wanted)


def hide(story: Story, seller: str, account_id: str) -> None:
    """A top-secret item about the seller's own account: whoever asks for it hears what they hear of a random id."""
    hidden = item(story, GENERAL_MANAGER, HIDDEN | {"account_id": account_id})
    by = story.by(seller)
    answers = [by.refusal(f"/v1/archives/{one}") for one in (hidden["id"], uuid4())]
    lists = [
        [one["id"] for one in reader.items("/v1/archives", account_id=account_id)]
        for reader in (by, story.by(ARCHIVIST))
    ]
    if answers[0] != answers[1] or hidden["id"] in lists[0]:
        raise DemoFailed("A seller can tell that the top-secret item exists.")
    story.telling.say(
        f"{story.called(GENERAL_MANAGER)} deposited a top-secret item about the same account. {seller} asks for it by "
        f"its id, and for an id of nothing: {answers[0]['status']} {answers[0]['code']}, the same answer twice. Their "
        f"list of the account's items holds {len(lists[0])}, the archivist's {len(lists[1])}."
    )
