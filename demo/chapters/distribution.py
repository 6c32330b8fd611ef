"""Who gets which account: a rulebook, what was before, a plan, its fairness, one explanation, approval, application."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from demo.callers import Json
from demo.chapters.tiers import SCHEME
from demo.failure import DemoFailed
from demo.organisation import DEPUTY, DIRECTOR, GENERAL_MANAGER, people
from demo.story import Story

RULEBOOK = "standard"
RULES = {
    "hard_rules": {"minimum_experience": {"gold": 3, "diamond": 2}},
    "balance": {"value": 100, "workload": 100, "count": 25, "top_tiers": {"gold": 25, "diamond": 10}},
}
"""What the director sets; everything else is the default."""
LOADS = frozenset({"value", "workload", "count"})
PLAN = "2026 年度客户分配 Accounts of the year 2026"
FIRST_COME = 5
DEAD_ENDS = ("failed", "rejected", "superseded", "cancelled")


def share_out(story: Story) -> None:
    """From whoever asked first to a distribution that was computed, explained and approved."""
    publish_rules(story)
    plan = standing_plan(story)
    if plan is None:
        hand_out_first(story)
        plan = story.by(DIRECTOR).post("/v1/distribution-plans", {"name": PLAN, "scheme_code": SCHEME})
    plan = computed(story, plan)
    show_fairness(story, plan)
    plan = applied(story, approved(story, plan))
    explain(story, plan)
    story.telling.leaves(f"{plan['counts']['assigned']:,} accounts shared among {plan['counts']['people']} people")


def publish_rules(story: Story) -> None:
    """The rules in force: written by the director, published by the general manager."""
    director = story.by(DIRECTOR)
    if director.first("/v1/rulebooks", code=RULEBOOK, state="published") is None:
        draft = director.first("/v1/rulebooks", code=RULEBOOK, state="draft")
        draft = draft or director.post("/v1/rulebooks", {"code": RULEBOOK, "definition": RULES})
        path = f"/v1/rulebooks/{draft['id']}/publish"
        story.by(GENERAL_MANAGER).post(path, {"reason": "全体业务员已确认"}, draft["version"])
    story.telling.say("The rulebook is public; whoever writes it does not publish it, nor does whoever gains by it.")


def standing_plan(story: Story) -> Json | None:
    """The plan that an earlier run began, unless it led nowhere."""
    plans = story.by(DIRECTOR).items("/v1/distribution-plans", scheme_code=SCHEME)
    return next((plan for plan in plans if plan["state"] not in DEAD_ENDS), None)


def hand_out_first(story: Story) -> None:
    """How it was before: the key-account managers have taken the largest accounts, everybody else has none."""
    director, ids = story.by(DIRECTOR), {code: staff_id for staff_id, code in story.codes.items()}
    managers = [person for person in people() if person.role == "key_account_manager"]
    for person in story.telling.each(managers, "Handing out by hand, first come, first served"):
        held = director.get("/v1/assignments", staff_id=ids[person.code], current=True, origin="manual")["items"]
        query = {"region": person.regions, "unassigned": True, "sort": "-potential_value", "tier": ["gold", "diamond"]}
        for account in director.get("/v1/accounts", limit=FIRST_COME, **query)["items"][len(held) :]:
            body = {"account_id": account["id"], "staff_id": ids[person.code], "reason": "先到先得 Asked first"}
            director.post("/v1/assignments", body)


def computed(story: Story, plan: Json) -> Json:
    """The plan with its numbers, once the job has computed it."""
    if plan["state"] in {"draft", "computing"}:
        story.telling.follow(story.by(DIRECTOR).job(plan["job_id"]), "Computing the plan")
        plan = story.by(DIRECTOR).get(f"/v1/distribution-plans/{plan['id']}")
    if plan["state"] in DEAD_ENDS:
        raise DemoFailed(f"The plan is {plan['state']}: {plan['problem']['en'] if plan['problem'] else ''}")
    counts = plan["counts"]
    story.telling.say(
        f"{counts['accounts']:,} accounts, {counts['people']} candidates: {counts['begun']:,} accounts get somebody, "
        f"{counts['moved']} change hands, {counts['kept']} stay, {counts['waiting']} wait."
    )
    return plan


def show_fairness(story: Story, plan: Json) -> None:
    """How evenly each load lies before and after, and who would have a justified claim."""
    fairness = story.by(DIRECTOR).get(f"/v1/distribution-plans/{plan['id']}/fairness")
    columns = ("1 = a fair share", "before: most", "least", "Jain", "after: most", "least", "Jain")
    story.telling.table(columns, (evenness_row(one) for one in fairness["dimensions"]), numbers=range(1, len(columns)))
    before, after = (fairness["claims"][when]["counts"]["all_loads"] for when in ("before", "after"))
    counts = plan["counts"]
    story.telling.say(
        "Justified claims on another's account, all loads weighed: "
        f"{before:,} on {counts['moved'] + counts['kept']} accounts before, {after:,} on {counts['assigned']:,} after."
    )
    for reason, number in waiting_reasons(story, plan):
        story.telling.say(f"{number} wait: {reason}")


def evenness_row(dimension: Json) -> tuple[str, ...]:
    """One load before and after."""
    name = dimension["name"].removeprefix("tier:")
    measures = (dimension[when][measure] for when in ("before", "after") for measure in ("max", "min", "jain"))
    numbers = ("–" if measure is None else f"{Decimal(measure):.3f}" for measure in measures)
    return name if name in LOADS else f"{name} accounts", *numbers


def waiting_reasons(story: Story, plan: Json) -> Iterator[tuple[str, int]]:
    """Why accounts wait, the commonest reason first."""
    waiting = story.by(DIRECTOR).items(f"/v1/distribution-plans/{plan['id']}/unassigned")
    yield from Counter(one["reason_text"]["en"] for one in waiting).most_common()


def approved(story: Story, plan: Json) -> Json:
    """The plan after a second person has agreed."""
    if plan["state"] == "proposed":
        path = f"/v1/distribution-plans/{plan['id']}/approve"
        plan = story.by(DEPUTY).post(path, {"reason": "各组负荷均衡，同意执行"})
    author, approver = story.name(plan["author_id"]), story.name(plan["approver_id"])
    story.telling.say(f"Written by {author}, approved by {approver}, who is no candidate.")
    return plan


def applied(story: Story, plan: Json) -> Json:
    """The plan in force."""
    director, path = story.by(DIRECTOR), f"/v1/distribution-plans/{plan['id']}"
    if plan["state"] == "approved":
        if not director.is_under_way(plan["job_id"]):
            plan = director.post(f"{path}/apply", {"reason": "按计划执行"})
        story.telling.follow(director.job(plan["job_id"]), "Applying the plan")
        plan = director.get(path)
    if plan["state"] != "applied":
        raise DemoFailed(f"The plan is {plan['state']}: {plan['problem']['en'] if plan['problem'] else ''}")
    return plan


def explain(story: Story, plan: Json) -> None:
    """Why the first account that the rule decided went where it went, in both languages."""
    director = story.by(DIRECTOR)
    path = f"/v1/distribution-plans/{plan['id']}/decisions"
    decision = director.first(path, reason="lowest_score", moved=True)
    if decision is None:
        return
    assignment = director.first("/v1/assignments", account_id=decision["account_id"], current=True)
    if assignment is None:
        return
    account = director.get(f"/v1/accounts/{decision['account_id']}")
    told = director.get(f"/v1/assignments/{assignment['id']}/explanation")
    story.telling.say(f"Why {account['name']} ({account['code']}) went to {story.name(assignment['staff_id'])}:")
    sentences = told["full"]["sentences"]
    story.telling.quote(" ".join(one["en"] for one in sentences))
    story.telling.quote("".join(one["zh"] for one in sentences))
