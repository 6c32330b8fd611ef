"""Somebody leaves: who takes over what they have, judged by a second person, handed over at once."""

from collections import Counter

from demo.callers import Json
from demo.chapters.distribution import DEAD_ENDS, applied, approved, computed, show_fairness
from demo.failure import DemoFailed
from demo.organisation import DEPUTY, DIRECTOR, EUROPE, GENERAL_MANAGER
from demo.story import Story

REASON = {"reason": "本人辞职，月底离岗 Resigns at the end of the month"}


def hand_over(story: Story) -> None:
    """The handover of one seller: planned, shown piece by piece, approved, applied."""
    leaver = who_leaves(story)
    path = f"/v1/staff/{leaver}/handover"
    story.telling.say(f"{story.name(leaver)} leaves; {story.called(DIRECTOR)} plans the handover.")
    plan = computed(story, begun(story, path))
    show_pieces(story, path)
    show_fairness(story, plan)
    plan = applied(story, approved(story, plan))
    expect_handed_over(story, path)
    story.telling.say(f"{story.name(leaver)} is on leave from now on: no plan and no routing gives them anything.")
    show_queue(story)
    counts = plan["counts"]
    story.telling.leaves(f"1 leaver, {counts['moved']} accounts handed over, {counts['ended']} wait for an owner")


def who_leaves(story: Story) -> str:
    """Whose handover an earlier run began, else the last of the European team who is no party to an appeal."""
    begun_before = story.by(DIRECTOR).first("/v1/distribution-plans", mode="leaver")
    if begun_before:
        return str(begun_before["staff_id"])
    appeals = story.by(GENERAL_MANAGER).items("/v1/appeals")
    parties = {appeal[side] for appeal in appeals for side in ("appellant_id", "respondent_id")}
    codes = {code: staff_id for staff_id, code in story.codes.items() if staff_id not in parties}
    team = [person.code for person in story.people.values() if person.sells and person.department == EUROPE]
    return next(codes[code] for code in reversed(team) if code in codes)


def begun(story: Story, path: str) -> Json:
    """The plan of the handover: the one that an earlier run began, or a new one."""
    director = story.by(DIRECTOR)
    known = director.get(path)
    if known["plan_id"] is None or known["plan_state"] in DEAD_ENDS:
        known = director.post(path, REASON)
    return director.get(f"/v1/distribution-plans/{known['plan_id']}")


def show_pieces(story: Story, path: str) -> None:
    """What the person has and what becomes of it, as the deputy general manager sees it."""
    items = story.by(DEPUTY).items(path)
    pieces = Counter((one["kind"].replace("_", " "), one["fate_text"]["en"]) for one in items)
    if pieces:
        rows = ((str(number), kind, fate) for (kind, fate), number in sorted(pieces.items()))
        story.telling.table(("number", "what", "and what becomes of it"), rows, numbers=(0,))


def expect_handed_over(story: Story, path: str) -> None:
    """The person has no account any more."""
    view = story.by(DIRECTOR).get(path, kind="account")
    if view["items"] or view["staff_status"] != "on_leave":
        raise DemoFailed(f"{len(view['items'])} accounts are still with somebody who leaves.")


def show_queue(story: Story) -> None:
    """What has no owner now, and what would help; the rule is asked again by itself."""
    waiting = story.by(DIRECTOR).items("/v1/unassigned-accounts")
    for (reason, remedy), number in Counter((one["reason"], one["remedy"]) for one in waiting).most_common():
        story.telling.say(f"In the queue of accounts without an owner: {number} {reason}, {remedy}.")
