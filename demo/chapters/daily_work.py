"""The new owner visits the customer; what is promised there becomes a task."""

from datetime import UTC, datetime

from demo.callers import Caller, Json
from demo.story import Story

PROMISE = "提交年度合作方案 Send the offer for a year of cooperation"


def visit(story: Story, account: Json) -> None:
    """One visit with its outcome, and the task that follows from it."""
    owner = story.by_id(account["owner_id"])
    logged = owner.first("/v1/interactions", account_id=account["id"], kind="visit") or log(owner, account)
    task = owner.first("/v1/tasks", interaction_id=logged["id"])
    assert task is not None, "a commitment becomes a task"
    story.telling.say(
        f"{story.name(account['owner_id'])} has visited {account['name']}: {logged['outcome']['summary']}"
    )
    story.telling.say(f"The promise is a task now: {task['subject']}, planned for {task['planned_on']}.")
    story.telling.sums_up("Visits logged, promises that became tasks", 1)


def log(owner: Caller, account: Json) -> Json:
    """The visit as its author tells it."""
    outcome = {
        "happened_at": datetime.now(UTC).isoformat(),
        "summary": "客户同意试用新产品。The customer will try the new product.",
        "minutes": 60,
        "commitments": [{"action": PROMISE}],
    }
    body = {"account_id": account["id"], "kind": "visit", "subject": "年度合作洽谈", "outcome": outcome}
    return owner.post("/v1/interactions", body)
