"""The new owner visits the customer; what is promised there becomes a task."""

from datetime import UTC, datetime

from demo.callers import Caller, Json
from demo.failure import DemoFailed
from demo.organisation import GENERAL_MANAGER
from demo.story import Story

PROMISE = "提交年度合作方案 Send the yearly offer"


def visit(story: Story, appeal: Json) -> None:
    """One visit with its outcome, and the task that follows from it."""
    overseer, account_id = story.by(GENERAL_MANAGER), appeal["account_id"]
    logged = overseer.first("/v1/interactions", account_id=account_id, kind="visit")
    logged = logged or log(story.by_id(appeal["appellant_id"]), account_id)
    task = overseer.first("/v1/tasks", interaction_id=logged["id"])
    if task is None:
        raise DemoFailed("The visit promised something, and no task came of it.")
    story.telling.say(
        f"{story.name(logged['author_id'])} visits {task['account_name']}: {logged['outcome']['summary']}"
    )
    story.telling.say(f"The promise is a task now: {task['subject']}, planned for {task['planned_on']}.")
    story.telling.leaves("1 visit, 1 promise that became a task")


def log(owner: Caller, account_id: str) -> Json:
    """The visit as its author tells it."""
    outcome = {
        "happened_at": datetime.now(UTC).isoformat(),
        "summary": "客户同意试用新产品。The customer will try the new product.",
        "minutes": 60,
        "commitments": [{"action": PROMISE}],
    }
    body = {"account_id": account_id, "kind": "visit", "subject": "年度合作洽谈", "outcome": outcome}
    return owner.post("/v1/interactions", body)
