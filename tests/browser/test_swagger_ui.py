"""The main job by "Try it out" in a real browser: import, plan, explanation, appeal; and the page at `/`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.company import DIRECTOR, LEADER, PASSWORD, SELLERS, STEWARD, Company
from tests.browser.swagger import SwaggerUI
from tests.browser.watched import Watched

CUSTOMERS = """客户名称,行业,地域分布,潜在价值
华为技术有限公司,通信设备,华南,12亿
比亚迪股份有限公司,汽车制造,华南,8亿
美的集团股份有限公司,家用电器,华南,3亿
格力电器股份有限公司,家用电器,华南,9000万
"""
TAGS = ["identity", "people", "settings", "accounts", "imports", "tiers", "distribution", "appeals", "daily work"]


def test_import_plan_explanation_and_appeal_by_trying_it_out(
    watched: Watched, company: Company, tmp_path: Path
) -> None:
    swagger = SwaggerUI(watched)
    swagger.log_in(STEWARD, PASSWORD)
    bring_in(swagger, company, tmp_path)
    company.grade()
    swagger.log_in(DIRECTOR, PASSWORD)
    plan = planned(swagger, company)
    with company.by(LEADER) as leader, company.by(DIRECTOR) as director:
        leader.post(f"/v1/distribution-plans/{plan['id']}/approve", json={"reason": "同意执行"}).raise_for_status()
        applied = director.post(f"/v1/distribution-plans/{plan['id']}/apply", json={"reason": "按计划执行"})
        company.finished(director, applied)
        given = director.get("/v1/assignments").json()["items"]
    assert len(given) == CUSTOMERS.count("\n") - 1
    swagger.log_in(SELLERS[0], PASSWORD)
    appeal = appealed(swagger)
    swagger.log_in(DIRECTOR, PASSWORD)
    swagger.open("appeals", "review_appeal").fill("appeal_id", appeal["id"]).execute(200)
    verdict = swagger.open("appeals", "decide_appeal").fill("appeal_id", appeal["id"])
    assert verdict.body()["outcome"] == "upheld"
    assert verdict.execute(200)["new_assignment_id"]


def bring_in(swagger: SwaggerUI, company: Company, folder: Path) -> None:
    """The file goes up, and its mapping is confirmed as suggested."""
    file = folder / "客户.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    import_ = swagger.open("imports", "create_import").attach(str(file)).execute(201)
    assert import_["state"] == "awaiting_mapping"
    confirmed = swagger.open("imports", "confirm_import").fill("import_id", import_["id"]).execute(202)
    with company.by(STEWARD) as steward:
        company.wait(steward, f"/v1/jobs/{confirmed['job_id']}")
    seen = swagger.open("imports", "get_import").fill("import_id", import_["id"]).execute(200)
    assert (seen["state"], seen["counts"]["created"]) == ("completed", 4)


def planned(swagger: SwaggerUI, company: Company) -> dict[str, str]:
    """A plan as the form is prefilled, and what came of it."""
    form = swagger.open("distribution", "create_distribution_plan")
    assert form.body()["scheme_code"] == "five_tiers"
    asked = form.execute(202)
    with company.by(DIRECTOR) as director:
        company.wait(director, f"/v1/jobs/{asked['job_id']}")
    plan = swagger.open("distribution", "get_distribution_plan").fill("plan_id", asked["id"]).execute(200)
    assert plan["state"] == "proposed"
    drawn = swagger.open("distribution", "draw_distribution_plan_fairness").fill("plan_id", plan["id"])
    drawn.choose("chart", "lorenz").execute(200)
    expect(drawn.block.locator(".live-responses-table img")).to_have_js_property("naturalWidth", 960)
    return plan


def appealed(swagger: SwaggerUI) -> dict[str, str]:
    """A seller reads why not me in plain words, then in full, and appeals: three calls."""
    lost = swagger.open("distribution", "list_own_decisions").choose("won", "false").execute(200)["items"][0]
    assert "未归您。得分最低者获得" in lost["text"]["zh"]
    asked = swagger.open("distribution", "get_assignment_explanation").fill("assignment_id", lost["assignment_id"])
    sentences = asked.execute(200)["own"]["sentences"]
    assert sentences
    assert all(sentence["zh"] and sentence["en"] for sentence in sentences)
    filed = swagger.open("appeals", "file_appeal").write(assignment_id=lost["assignment_id"]).execute(201)
    assert filed["state"] == "submitted"
    return filed


def test_the_long_list_is_in_the_order_of_the_work_and_can_be_filtered(watched: Watched) -> None:
    page = SwaggerUI(watched).page
    tags = page.locator(".opblock-tag").evaluate_all("tags => tags.map(tag => tag.dataset.tag)")
    assert tags[: len(TAGS)] == TAGS
    page.locator(".operation-filter-input").fill("appeal")
    expect(page.locator(".opblock-tag")).to_have_count(1)
    watched.shoot("filtered")
    page.locator(".operation-filter-input").fill("create_import")
    page.locator("#operations-tag-imports").click()
    expect(page.locator(".opblock-summary-operation-id")).to_have_text(["create_import", "receive_event"])


def test_a_picture_that_was_fetched_may_be_shown(watched: Watched) -> None:
    page = SwaggerUI(watched).page
    width = page.evaluate("""async () => {
        const picture = new Image();
        picture.src = URL.createObjectURL(await (await fetch("/docs/favicon-32x32.png")).blob());
        await picture.decode();
        return picture.naturalWidth;
    }""")
    assert width == 32


def test_an_inline_script_does_not_run(watched: Watched) -> None:
    page = SwaggerUI(watched).page
    page.evaluate("""() => {
        const inline = document.createElement("script");
        inline.textContent = "window.ran = true";
        document.body.append(inline);
    }""")
    assert page.evaluate("window.ran") is None
    assert [text for text in watched.complaints if "Content Security Policy" in text]
    watched.complaints.clear()


@pytest.mark.parametrize(
    ("watched", "guide"), [("zh-CN", "集成指南"), ("en-GB", "Integration guide")], indirect=["watched"]
)
def test_a_guide_is_shown_as_text_and_not_downloaded(watched: Watched, guide: str) -> None:
    page = watched.page
    page.goto("/")
    page.get_by_role("link", name=guide).click()
    expect(page).to_have_url(re.compile("/docs/integrate.md$"))
    expect(page.locator("body")).to_contain_text("Integrating with Evenhand")


@pytest.mark.parametrize(("watched", "said"), [("zh-CN", "就绪"), ("en-GB", "ready")], indirect=["watched"])
def test_the_landing_page_leads_to_swagger_ui(watched: Watched, said: str) -> None:
    page = watched.page
    page.goto("/")
    expect(page.locator(".ready")).to_have_text(said)
    watched.shoot(f"landing-{said}")
    page.get_by_role("link", name="Swagger UI").click()
    expect(page).to_have_url(re.compile("/docs$"))
    expect(page.locator(".opblock-tag").first).to_be_visible()
