"""Five tiers by value: drafted, published by somebody else, evaluated, approved, applied."""

from decimal import Decimal
from typing import Any

from demo.callers import Json
from demo.organisation import DEPUTY, DIRECTOR
from demo.story import Story

SCHEME = "five_tiers"
LEAST = {"gold": "1000", "diamond": "400", "platinum": "150", "white_gold": "50", "silver": "0"}
"""Tier → least potential value in thousand millions of yuan a year."""


def grade(story: Story) -> None:
    """Every account of known value gets its tier."""
    scheme = published_scheme(story)
    evaluation = applied_evaluation(story, scheme["id"])
    counts, names = evaluation["counts"], {tier["code"]: tier["name"] for tier in scheme["tiers"]}
    promises = {tier["code"]: tier["entitlements"] for tier in scheme["tiers"]}
    rows = (
        (
            f"{names[one['tier']]['zh']} {names[one['tier']]['en']}",
            f"{int(LEAST[one['tier']]):,}",
            f"{one['accounts']:,}",
            promises[one["tier"]]["hours_per_month"],
            str(promises[one["tier"]]["visits_per_month"]),
        )
        for one in counts["tiers"]
    )
    columns = ("tier", "from bn CNY", "accounts", "hours a month", "visits")
    story.telling.table(columns, rows, numbers=(1, 2, 3, 4))
    graded = sum(one["accounts"] for one in counts["tiers"])
    story.telling.say(
        f"{counts['held_back']} accounts are held back: their value, or a rate for its year, is not known."
    )
    story.telling.leaves(f"{graded:,} accounts in five tiers")


def published_scheme(story: Story) -> Json:
    """The scheme: drafted by the director from the shipped template, published by the deputy general manager."""
    director = story.by(DIRECTOR)
    scheme = director.first("/v1/tier-schemes", code=SCHEME, state="published")
    if scheme is not None:
        return scheme
    draft = director.first("/v1/tier-schemes", code=SCHEME, state="draft")
    draft = draft or director.post(
        "/v1/tier-schemes", {"template": SCHEME} | definition(director.get("/v1/tier-schemes/templates"))
    )
    return story.by(DEPUTY).post(
        f"/v1/tier-schemes/{draft['id']}/publish", {"reason": "年度评审通过"}, draft["version"]
    )


def definition(templates: Json) -> dict[str, Any]:
    """What replaces the template's criteria: these companies tell their sales, but neither influence nor intent."""
    template = next(one for one in templates["items"] if one["code"] == SCHEME)
    bands = [
        {"minimum": str(Decimal(least) * 10**9), "points": str(points)}
        for points, least in enumerate(reversed(LEAST.values()), start=1)
    ]
    points = {tier: str(points) for points, tier in enumerate(reversed(LEAST), start=1)}
    sales = {"code": "buying_power", "name": {"en": "Sales a year", "zh": "年销售额"}, "input": "potential_value_base"}
    return {
        "criteria": [sales | {"weight": "1", "bands": bands}],
        "tiers": [tier | {"minimum": points[tier["code"]]} for tier in template["tiers"]],
    }


def applied_evaluation(story: Story, scheme_id: str) -> Json:
    """The evaluation: asked for by the director, approved by the deputy, applied."""
    director, deputy = story.by(DIRECTOR), story.by(DEPUTY)
    begun = director.items("/v1/tier-evaluations", scheme_id=scheme_id)
    evaluation = next((one for one in begun if one["computed_at"] or director.is_under_way(one["job_id"])), None)
    evaluation = evaluation or director.post("/v1/tier-evaluations", {"scheme_id": scheme_id})
    path = f"/v1/tier-evaluations/{evaluation['id']}"
    if evaluation["computed_at"] is None:
        story.telling.follow(director.job(evaluation["job_id"]), "Evaluating")
        evaluation = director.get(path)
    if evaluation["state"] == "preview":
        evaluation = deputy.post(f"{path}/approve", {"reason": "名单已与各部门核对"})
    if evaluation["state"] == "approved":
        if not director.is_under_way(evaluation["apply_job_id"]):
            evaluation = director.post(f"{path}/apply", {})
        story.telling.follow(director.job(evaluation["apply_job_id"]), "Applying the grades")
        evaluation = director.get(path)
    return evaluation
