"""The main job through the generated Python client: import, grade, share out, explain, appeal.

    python examples/quickstart.py

The client is generated as docs/integrate.md tells; the people are those of examples/company.py, with the same settings.
"""

import io
import os
import time
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from evenhand_client import AuthenticatedClient, Client
from evenhand_client.api.appeals import decide_appeal, file_appeal, get_appeal_effect, review_appeal
from evenhand_client.api.distribution import (
    apply_distribution_plan,
    approve_distribution_plan,
    create_distribution_plan,
    create_rulebook,
    get_assignment_explanation,
    get_distribution_plan_fairness,
    list_own_decisions,
    publish_rulebook,
)
from evenhand_client.api.evidence import get_job
from evenhand_client.api.identity import create_token, get_me
from evenhand_client.api.imports import create_import, get_import
from evenhand_client.api.tiers import (
    apply_tier_evaluation,
    approve_tier_evaluation,
    create_tier_evaluation,
    create_tier_scheme,
    publish_tier_scheme,
)
from evenhand_client.models import (
    AppealCreate,
    AppealDecision,
    DistributionPlanCreate,
    Ground,
    ImportForm,
    Outcome,
    PlanVerdict,
    ProblemView,
    ReviewRequest,
    RulebookCreate,
    RulebookVerdict,
    Template,
    TierEvaluationCreate,
    TierEvaluationVerdict,
    TierSchemeCreate,
    TierSchemeVerdict,
    TokenRequest,
)
from evenhand_client.types import File

URL, PASSWORD = os.environ["EVENHAND_URL"], os.environ["EVENHAND_PASSWORD"]
RUN = datetime.now(UTC).strftime("%H%M%S")
T = TypeVar("T")

CUSTOMERS = "客户编码,客户名称,行业,区域,潜在价值,合作意向\n" + "\n".join(
    f"Q{RUN}-{number},第{number}机械有限公司,制造,{region},{number * 40}万,高"
    for number, region in enumerate(["华东", "华南"] * 4, start=1)
)


def ok(answer: T | ProblemView | None) -> T:
    """The answer; a problem ends the program with its own sentence."""
    if answer is None or isinstance(answer, ProblemView):
        raise SystemExit(f"{answer.detail} {[one.detail for one in answer.errors]}" if answer else "no answer")
    return answer


def log_in(code: str, password: str = PASSWORD) -> AuthenticatedClient:
    """A client that speaks for a person, in Chinese."""
    form = TokenRequest(grant_type="password", username=code, password=password)
    token = ok(create_token.sync(client=Client(base_url=URL), body=form)).access_token
    return AuthenticatedClient(base_url=URL, token=token, headers={"Accept-Language": "zh-CN"})


def wait(client: AuthenticatedClient, job_id: UUID | None) -> None:
    """Returns when the job has done its work."""
    assert job_id is not None
    while (job := ok(get_job.sync(job_id, client=client))).state in {"queued", "running"}:
        time.sleep(0.2)
    assert job.state == "succeeded", job.problem


steward, director, mediator, leader = (log_in(code) for code in ("DS01", "D001", "M001", "L001"))
general_manager = log_in("GM001", os.environ["GM_PASSWORD"])
sellers = {str(ok(get_me.sync(client=client)).id): client for client in (log_in("S001"), log_in("S002"))}

# 1. Customers come from a spreadsheet.
file = File(payload=io.BytesIO(CUSTOMERS.encode()), file_name="客户.csv", mime_type="text/csv")
arrived = ok(create_import.sync(client=steward, body=ImportForm(file=file, confirm=True)))
wait(steward, arrived.job_id)
print("imported:", ok(get_import.sync(arrived.id, client=steward)).counts)

# 2. They are graded by a scheme that one person drafts and another publishes.
scheme = create_tier_scheme.sync_detailed(client=director, body=TierSchemeCreate(template=Template.ABC))
scheme_id, read = ok(scheme.parsed).id, scheme.headers["ETag"]
ok(publish_tier_scheme.sync(scheme_id, client=leader, body=TierSchemeVerdict(reason="年度评审通过"), if_match=read))
evaluation = ok(create_tier_evaluation.sync(client=director, body=TierEvaluationCreate(scheme_id=scheme_id)))
wait(director, evaluation.job_id)
verdict = TierEvaluationVerdict(reason="名单已核对")
ok(approve_tier_evaluation.sync(evaluation.id, client=leader, body=verdict))
wait(director, ok(apply_tier_evaluation.sync(evaluation.id, client=director, body=verdict)).apply_job_id)

# 3. They are shared out by public rules: a plan by one person, approved by another.
rules = create_rulebook.sync_detailed(client=director, body=RulebookCreate(code="standard"))
read = rules.headers["ETag"]
ok(publish_rulebook.sync(ok(rules.parsed).id, client=leader, body=RulebookVerdict(reason="全员已确认"), if_match=read))
wanted = DistributionPlanCreate(name="快速入门", scheme_code="abc")
plan = ok(create_distribution_plan.sync(client=director, body=wanted))
wait(director, plan.job_id)
for load in ok(get_distribution_plan_fairness.sync(plan.id, client=leader)).dimensions:
    print(f"{load.name}: from {load.after.min_} to {load.after.max_} fair shares")
ok(approve_distribution_plan.sync(plan.id, client=leader, body=PlanVerdict(reason="各组负荷均衡")))
wait(director, ok(apply_distribution_plan.sync(plan.id, client=director, body=PlanVerdict(reason="按计划执行"))).job_id)

# 4. A seller who did not get an account asks why, and appeals.
losses = (
    (seller, decision)
    for seller in sellers.values()
    for decision in ok(list_own_decisions.sync(client=seller, plan_id=plan.id, won=False)).items
    if decision.assignment_id and decision.result == "lost"
)
seller, lost = next(losses)
told = ok(get_assignment_explanation.sync(lost.assignment_id, client=seller)).own
print("".join(sentence.zh for sentence in told.sentences))
appeal = ok(
    file_appeal.sync(
        client=seller,
        body=AppealCreate(
            assignment_id=lost.assignment_id,
            grounds=[Ground.EXISTING_RELATIONSHIP],
            statement="该客户三年来一直由我拜访维护。",
        ),
    )
)

# 5. Somebody independent, drawn by lot, looks at what would follow, and decides.
judges = {ok(get_me.sync(client=client)).id: client for client in (mediator, director, general_manager)}
judge = judges[appeal.reviewer_id]
ok(review_appeal.sync(appeal.id, client=judge, body=ReviewRequest()))
assert not ok(get_appeal_effect.sync(appeal.id, client=judge)).hard_rules
upheld = AppealDecision(
    outcome=Outcome.UPHELD,
    reason_en="Three years of business are credible, at no cost to fairness.",
    reason_zh="三年的业务关系可信，且不影响公平。",
)
decided = ok(decide_appeal.sync(appeal.id, client=judge, body=upheld))
print("appeal:", decided.state, decided.new_assignment_id)
