"""An appeal: somebody eligible who did not get an account, heard by somebody independent, upheld."""

from decimal import Decimal

from demo.callers import Json
from demo.chapters.distribution import evenness_row
from demo.failure import DemoFailed
from demo.organisation import GENERAL_MANAGER, people
from demo.story import Story

STATEMENT = "该客户三年来一直由我拜访维护。I have looked after this customer for three years."
REASON = "三年的业务关系可信，且不影响公平。A relation of three years, at no cost to fairness."
WORTH_IT = ("platinum", "white_gold", "silver")
"""Tiers of the accounts that are appealed for, the best first; their hours fit into anybody's month."""
OPEN = frozenset({"submitted", "under_review"})


def hear(story: Story) -> Json:
    """The account that went to the appellant."""
    overseer = story.by(GENERAL_MANAGER)
    appeal = overseer.first("/v1/appeals") or file(story)
    if appeal["state"] in OPEN:
        appeal = decide(story, appeal)
    if appeal["state"] != "upheld":
        raise DemoFailed(f"The appeal was not upheld, it is {appeal['state']}: {appeal['decision_reason'] or ''}")
    account = overseer.get(f"/v1/accounts/{appeal['account_id']}")
    if account["owner_id"] != appeal["appellant_id"]:
        raise DemoFailed(f"{account['code']} was to go to {story.name(appeal['appellant_id'])}, and did not.")
    story.telling.say(
        f"Upheld by {story.name(appeal['reviewer_id'])}: {account['name']} now belongs to "
        f"{story.name(account['owner_id'])}, and stays there for sixty working days."
    )
    story.telling.sums_up("Appeals upheld, account reassigned", 1)
    return account


def file(story: Story) -> Json:
    """The appeal of the first seller who lost an account by a whisker."""
    for person in people():
        if person.sells and person.role != "key_account_manager" and (decision := lost(story, person.code)):
            break
    else:
        raise DemoFailed("Nobody lost an account by the rule, so nobody appeals.")
    seller = story.by(person.code)
    told = seller.get(f"/v1/assignments/{decision['assignment_id']}/explanation")["own"]
    story.telling.say(
        f"{person.name} ({person.code}) finds {decision['account_code']} among their own decisions, eligible but "
        f"without success, rank {told['rank']} of {told['candidates']}. Why not me?"
    )
    story.telling.quote(told["sentences"][-1]["en"])
    story.telling.quote(told["sentences"][-1]["zh"])
    body = {
        "assignment_id": decision["assignment_id"],
        "grounds": ["existing_relationship"],
        "statement": STATEMENT,
    }
    return seller.post("/v1/appeals", body)


def lost(story: Story, code: str) -> Json | None:
    """The decision that somebody lost by the least score, among the accounts of the best tier that they lost."""
    found = [
        decision
        for decision in story.by(code).items("/v1/me/decisions", won=False)
        if decision["result"] == "lost" and decision["assignment_id"] and decision["tier"] in WORTH_IT
    ]
    return min(found, key=lambda one: (WORTH_IT.index(one["tier"]), Decimal(one["score"])), default=None)


def decide(story: Story, appeal: Json) -> Json:
    """The verdict of whoever was drawn to hear the appeal, after a look at what would follow."""
    path = f"/v1/appeals/{appeal['id']}"
    reviewer = story.by_id(story.by(GENERAL_MANAGER).get(path)["reviewer_id"])
    if appeal["state"] == "submitted":
        reviewer.post(f"{path}/review", {})
    effect = reviewer.get(f"{path}/effect")
    columns = ("if upheld", "now: most", "least", "Jain", "then: most", "least", "Jain")
    rows = (evenness_row(one) for one in effect["fairness"]["dimensions"])
    story.telling.table(columns, rows, numbers=range(1, len(columns)))
    in_the_way = " ".join(rule["sentence"]["en"] for rule in effect["hard_rules"])
    story.telling.say(f"Hard rules in the way: {in_the_way or 'none'}.")
    outcome = "rejected" if in_the_way else "upheld"
    return reviewer.post(f"{path}/decide", {"outcome": outcome, "reason": in_the_way or REASON})
