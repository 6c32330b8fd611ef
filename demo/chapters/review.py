"""A review (定期审核) of the whole centre: findings, opinions, a rebalancing within a budget, decisions."""

from decimal import Decimal

from demo.callers import Json
from demo.chapters.tiers import SCHEME
from demo.failure import DemoFailed
from demo.organisation import CENTRE, DEPUTY, DIRECTOR, GENERAL_MANAGER
from demo.story import Story

MOST_MOVES = 20
OPINIONS = {
    "DEMO-18": "华东客户集中，建议适当放宽地域限制。Regions could be wider.",
    "DEMO-36": "负荷合理。My load is fair.",
}
MOVED = {"kind": "rebalance", "text": "按方案在额度内再平衡。Rebalanced within the budget."}
UNMOVED = {"kind": "keep", "text": "再平衡无可改进，维持现状。No move would improve it: it stays."}
SUMMARY = "已听取意见并作出决定。Opinions were heard and decisions made."


def look_back(story: Story) -> None:
    """The review from its opening to its decisions, fairness before and after."""
    director = story.by(DIRECTOR)
    review = standing(story)
    path = f"/v1/reviews/{review['id']}"
    if review["state"] == "open":
        for code, text in OPINIONS.items():
            story.by(code).post(f"{path}/opinions", {"text": text})
        review = director.get(path)
        if review["plan_id"] is None:
            review = director.post(f"{path}/rebalance", {"most_moves": MOST_MOVES})
        moved = carry_out(story, review["plan_id"])
        if not review["decisions"]:
            director.post(f"{path}/decide", MOVED if moved else UNMOVED)
        review = story.by(GENERAL_MANAGER).post(f"{path}/close", {"summary": SUMMARY})
    tell(story, review)
    story.telling.leaves(f"1 review closed with {len(review['decisions'])} decision")


def standing(story: Story) -> Json:
    """The review that an earlier run began, else a new one."""
    director = story.by(DIRECTOR)
    department = next(one for one in director.items("/v1/departments") if one["name"] == CENTRE)
    about = {"department_id": department["id"], "scheme_code": SCHEME}
    return director.first("/v1/reviews", **about) or director.post("/v1/reviews", about)


def carry_out(story: Story, plan_id: str) -> int:
    """How many accounts the rebalancing moved: computed, approved by somebody else, and applied."""
    director, path = story.by(DIRECTOR), f"/v1/distribution-plans/{plan_id}"
    plan = director.get(path)
    if plan["state"] in {"draft", "computing"}:
        story.telling.follow(director.job(plan["job_id"]), "Computing the rebalancing")
        plan = director.get(path)
    if plan["state"] == "proposed":
        plan = story.by(DEPUTY).post(f"{path}/approve", {"reason": "变更在额度之内"})
    if plan["state"] == "approved":
        if not director.is_under_way(plan["job_id"]):
            plan = director.post(f"{path}/apply", {"reason": "按审核决定执行"})
        story.telling.follow(director.job(plan["job_id"]), "Applying the rebalancing")
        plan = director.get(path)
    if plan["state"] != "applied":
        raise DemoFailed(f"The rebalancing is {plan['state']}: {plan['problem']}")
    story.telling.say(f"The rebalancing moves {plan['counts']['moved']} accounts of at most {plan['most_moves']}.")
    return int(plan["counts"]["moved"])


def tell(story: Story, review: Json) -> None:
    """What was found when it was opened, and how it was when it was closed."""
    found, left = review["findings"], review["findings_at_close"]
    story.telling.say(
        f"{found['accounts']:,} accounts of {found['people']} people; {review['opinions_given']} of "
        f"{review['opinions_asked']} said what they think; {found['freshness']['cards_due']} cards wait to be checked, "
        f"{found['feedback']['appeals_upheld']} of {found['feedback']['appeals_decided']} appeals were upheld."
    )
    after = {part["name"]: part for part in left["fairness"]["dimensions"]}
    rows = (
        (part["name"], *(f"{Decimal(one['jain']):.4f}" for one in (part, after[part["name"]])))
        for part in found["fairness"]["dimensions"]
    )
    story.telling.table(("Jain's index", "opened", "closed"), rows, numbers=(1, 2))
    for decision in review["decisions"]:
        story.telling.say(f"Decided: {decision['text']}")
    for suggestion in review["suggestions"]:
        story.telling.quote(f"{suggestion['text']['en']} {suggestion['text']['zh']}")
    story.telling.say(f"Closed by {story.name(review['closed_by'])}: {review['summary']}")
