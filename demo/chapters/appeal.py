"""An appeal: somebody eligible who did not get an account, heard by somebody independent, upheld."""

from collections.abc import Iterator
from decimal import Decimal

from demo.callers import Json
from demo.failure import DemoFailed
from demo.organisation import GENERAL_MANAGER
from demo.story import Story

STATEMENT = "该客户三年来一直由我拜访维护。I have looked after this customer for three years."
REASONS = {
    "reason_en": "A relation of three years, at no cost to fairness.",
    "reason_zh": "三年的业务关系可信，且不影响公平。",
}
WORTH_IT = ("platinum", "white_gold", "silver")
"""Tiers of the accounts that are appealed for, the best first; their hours fit into anybody's month."""
OPEN = frozenset({"submitted", "under_review"})


def hear(story: Story) -> Json:
    """The appeal, decided in favour of whoever filed it."""
    appeal = story.by(GENERAL_MANAGER).first("/v1/appeals") or file(story)
    if appeal["state"] in OPEN:
        appeal = decide(story, appeal)
    if appeal["state"] != "upheld":
        raise DemoFailed(f"The appeal was not upheld, it is {appeal['state']}: {appeal['verdicts']}")
    story.telling.leaves("1 appeal upheld, 1 account reassigned")
    return appeal


def file(story: Story) -> Json:
    """The appeal of the least loaded seller who might have had an account and did not get it."""
    for code in least_loaded_first(story):
        if decision := closest_loss(story, code):
            return appeal_against(story, code, decision, ("existing_relationship",), STATEMENT)
    raise DemoFailed("Nobody lost an account by the rule, so nobody appeals.")


def appeal_against(story: Story, code: str, decision: Json, grounds: tuple[str, ...], statement: str) -> Json:
    """The appeal as it is filed, after the question why it went to somebody else."""
    seller = story.by(code)
    told = seller.get(f"/v1/assignments/{decision['assignment_id']}/explanation")["own"]
    story.telling.say(
        f"{story.called(code)} finds {decision['account_code']} among their own decisions, eligible but "
        f"rank {told['rank']} of {told['candidates']}. Why not me?"
    )
    story.telling.quote(told["sentences"][-1]["en"])
    story.telling.quote(told["sentences"][-1]["zh"])
    body = {"assignment_id": decision["assignment_id"], "grounds": grounds, "statement": statement}
    return seller.post("/v1/appeals", body)


def least_loaded_first(story: Story) -> Iterator[str]:
    """Who sells and leads nobody, as the general manager sees their potential value."""
    people = story.by(GENERAL_MANAGER).get("/v1/fairness")["people"]
    for one in sorted(people, key=lambda one: Decimal(one["loads"]["value"])):
        if story.people[one["code"]].role != "key_account_manager":
            yield one["code"]


def closest_loss(story: Story, code: str) -> Json | None:
    """The decision that somebody lost with their lowest score, among the best tier of what they lost."""
    found = [
        decision
        for decision in story.by(code).items("/v1/me/decisions", won=False)
        if decision["result"] == "lost" and decision["assignment_id"] and decision["tier"] in WORTH_IT
    ]
    return min(found, key=lambda one: (WORTH_IT.index(one["tier"]), Decimal(one["score"])), default=None)


def decide(story: Story, appeal: Json) -> Json:
    """The verdict of whoever was drawn to hear the appeal, after a look at what would follow."""
    overseer, path = story.by(GENERAL_MANAGER), f"/v1/appeals/{appeal['id']}"
    reviewer = story.by_id(overseer.get(path)["reviewer_id"])
    if appeal["state"] == "submitted":
        reviewer.post(f"{path}/review", {})
    effect = reviewer.get(f"{path}/effect")
    show_effect(story, effect)
    in_the_way = {
        f"reason_{language}": " ".join(rule["sentence"][language] for rule in effect["hard_rules"])
        for language in ("en", "zh")
    }
    outcome = "rejected" if effect["hard_rules"] else "upheld"
    reasons = in_the_way if effect["hard_rules"] else REASONS
    decided = reviewer.post(f"{path}/decide", reasons | {"outcome": outcome})
    account = overseer.get(f"/v1/accounts/{appeal['account_id']}")
    if outcome == "upheld" and account["owner_id"] != appeal["appellant_id"]:
        raise DemoFailed(f"{account['code']} was to go to {story.name(appeal['appellant_id'])}, and did not.")
    new_owner = story.name(account["owner_id"])
    story.telling.say(
        f"{outcome.capitalize()} by {story.called(reviewer.code)}, drawn by lot from the independent: "
        f"{account['name']} belongs to {new_owner} now, for sixty working days at least."
    )
    return decided


def show_effect(story: Story, effect: Json) -> None:
    """What the two people concerned carry now, and would carry."""
    loads = ("value", "workload", "count")
    rows = (
        (
            story.name(one["person_id"]),
            *(f"{Decimal(one['before'][load]):.3f} → {Decimal(one['after'][load]):.3f}" for load in loads),
        )
        for one in effect["fairness"]["people"]
    )
    story.telling.table(("if upheld", *loads), rows)
    story.telling.say(
        f"Hard rules in the way: {len(effect['hard_rules']) or 'none'}. "
        f"Accounts that would move in exchange: {len(effect['moves']) or 'none'}."
    )
