"""Two more appeals: one that is refused, and one that a third party could not settle and the reviewer then upholds."""

from demo.callers import Caller, Json
from demo.chapters.appeal import OPEN, appeal_against, closest_loss, least_loaded_first, show_effect
from demo.failure import DemoFailed
from demo.organisation import GENERAL_MANAGER
from demo.story import Story

NOT_FOUNDED = "该客户离我更近。The customer is closer to where I live."
IN_DISPUTE = "该客户的采购经理一直与我联系。Their buyer has always turned to me."
REFUSAL = {
    "outcome": "rejected",
    "reason_en": "The rule weighs the region, not the way to work; it was applied as published.",
    "reason_zh": "规则考虑的是区域而非通勤距离，且已按发布的规则执行。",
}
PROPOSAL = {
    "outcome": "upheld",
    "minutes": "双方均认可申诉人熟悉采购经理。Both sides agree that the appellant knows the buyer.",
}
VERDICT = {
    "outcome": "upheld",
    "reason_en": "The records bear the appellant out; the mediator proposed the same.",
    "reason_zh": "记录支持申诉人，调解人亦提出相同方案。",
}
LOADS = ("value", "workload", "count")


def refuse(story: Story) -> None:
    """An appeal that its reviewer finds wrong: the account stays, and the appellant may go on to another reviewer."""
    appeal = standing(story, NOT_FOUNDED, ("territory",))
    if appeal["state"] in OPEN:
        reviewer, path = taken_on(story, appeal)
        show_effect(story, reviewer.get(f"{path}/effect"))
        appeal = reviewer.post(f"{path}/decide", REFUSAL)
    expect(appeal, "rejected")
    kept(story, appeal, appeal["respondent_id"])
    told(story, appeal, "appeal_rejected")
    story.telling.leaves("1 appeal refused, nothing moved")


def mediate(story: Story) -> None:
    """An appeal in mediation: one side accepts, the other refuses, so the same reviewer decides."""
    appeal = standing(story, IN_DISPUTE, ("existing_relationship",))
    path = f"/v1/appeals/{appeal['id']}"
    if appeal["state"] in OPEN and not appeal["mediations"]:
        reviewer, path = taken_on(story, appeal)
        appeal = reviewer.post(f"{path}/mediate", {})
    if appeal["state"] == "mediation":
        appeal = unsettled(story, appeal, path)
    if appeal["state"] in OPEN:
        reviewer = story.by_id(appeal["reviewer_id"])
        show_effect(story, reviewer.get(f"{path}/effect"))
        appeal = reviewer.post(f"{path}/decide", VERDICT)
    expect(appeal, "upheld")
    show_loads(story, appeal["fairness_effect"])
    kept(story, appeal, appeal["appellant_id"])
    told(story, appeal, "appeal_upheld")
    story.telling.leaves("1 appeal mediated and upheld, 1 account reassigned")


def standing(story: Story, statement: str, grounds: tuple[str, ...]) -> Json:
    """The appeal with these words, filed by somebody who has not appealed yet."""
    overseer = story.by(GENERAL_MANAGER)
    appeals = list(overseer.items("/v1/appeals"))
    for appeal in appeals:
        if appeal["statement"] == statement:
            return appeal
    heard = {story.codes[appeal["appellant_id"]] for appeal in appeals}
    for code in least_loaded_first(story):
        decision = None if code in heard else closest_loss(story, code)
        if decision:
            filed = appeal_against(story, code, decision, grounds, statement)
            return overseer.get(f"/v1/appeals/{filed['id']}")
    raise DemoFailed("Nobody else lost an account by the rule, so nobody appeals.")


def taken_on(story: Story, appeal: Json) -> tuple[Caller, str]:
    """The reviewer who was drawn, once they have taken the appeal on, and its address."""
    reviewer, path = story.by_id(appeal["reviewer_id"]), f"/v1/appeals/{appeal['id']}"
    if appeal["state"] == "submitted":
        reviewer.post(f"{path}/review", {})
    return reviewer, path


def unsettled(story: Story, appeal: Json, path: str) -> Json:
    """The appeal after the mediator's proposal, which one side accepts and the other refuses."""
    mediator = story.by_id(appeal["mediator_id"])
    mediator.post(f"{path}/propose", PROPOSAL)
    story.telling.say(f"{story.called(mediator.code)} mediates as a third party, and proposes to uphold:")
    story.telling.quote(PROPOSAL["minutes"])
    story.by_id(appeal["appellant_id"]).post(f"{path}/answer", {"answer": "accept"})
    refused = {"answer": "refuse", "reason": "希望由评审人裁决"}
    appeal = story.by_id(appeal["respondent_id"]).post(f"{path}/answer", refused)
    story.telling.say("One side accepts, the other refuses: the same reviewer goes on, the clock where it stood.")
    return story.by(GENERAL_MANAGER).get(path)


def show_loads(story: Story, effect: Json) -> None:
    """How evenly the company's loads lay before and after the verdict."""
    rows = (
        (part["name"], *(f"{float(part[when]['jain']):.4f}" for when in ("before", "after")))
        for part in effect["dimensions"]
        if part["name"] in LOADS
    )
    story.telling.table(("Jain's index", "before", "after"), rows, numbers=(1, 2))


def kept(story: Story, appeal: Json, owner_id: str) -> None:
    """Says whose the account is now; DemoFailed if it is somebody else's."""
    account = story.by(GENERAL_MANAGER).get(f"/v1/accounts/{appeal['account_id']}")
    if account["owner_id"] != owner_id:
        raise DemoFailed(f"{account['code']} was to be with {story.name(owner_id)}, and is not.")
    story.telling.say(f"{appeal['state'].capitalize()}: {account['name']} is with {story.name(owner_id)}.")


def told(story: Story, appeal: Json, kind: str) -> None:
    """What the appellant is told, in their own list; the worker tells it a moment after the verdict is sealed."""
    for notice in story.by_id(appeal["appellant_id"]).until("/v1/me/notices", kind=kind):
        story.telling.quote(notice["text"]["en"])
        story.telling.quote(notice["text"]["zh"])


def expect(appeal: Json, state: str) -> None:
    """DemoFailed if an appeal ended otherwise."""
    if appeal["state"] != state:
        raise DemoFailed(f"The appeal was to be {state}, it is {appeal['state']}: {appeal['verdicts']}")
