"""The page of examples/ in a real browser: a seller sees their accounts, asks why, and appeals."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.company import DIRECTOR, LEADER, PASSWORD, SCHEME, SELLERS, STEWARD, Company, done
from tests.browser.watched import Watched
from tests.contract.conftest import NODE_MODULES, ROOT

EXAMPLES = ROOT / "examples"
CUSTOMERS = """客户名称,行业,地域分布,潜在价值
中兴通讯股份有限公司,通信设备,华南,12亿
广汽集团股份有限公司,汽车制造,华南,8亿
海信家电股份有限公司,家用电器,华南,3亿
创维集团有限公司,家用电器,华南,9000万
"""
STATEMENT = "该客户三年来一直由我拜访维护。"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as its reader would build it: a client generated from the document, compiled with --strict."""
    if not (NODE_MODULES / ".bin").is_dir():
        pytest.skip("the node packages are not installed: make browser installs them where npm is reachable")
    folder = tmp_path_factory.mktemp("page")
    for name in ("page.ts", "page.html", "tsconfig.json"):
        shutil.copy(EXAMPLES / name, folder)
    (folder / "node_modules").symlink_to(NODE_MODULES)
    generate = ("openapi-typescript", ROOT / "openapi" / "openapi.json", "-o", "api.d.ts")
    for program, *arguments in ((*generate, "--default-non-nullable=false"), ("tsc", "--project", ".")):
        subprocess.run([NODE_MODULES / ".bin" / program, *arguments], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def shared_out(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company with four customers, shared among its sellers by a plan."""
    file = tmp_path_factory.mktemp("import") / "客户.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    with company.by(STEWARD) as steward, file.open("rb") as content:
        company.finished(steward, steward.post("/v1/imports", files={"file": content}, data={"confirm": "true"}))
    company.grade()
    with company.by(DIRECTOR) as director, company.by(LEADER) as leader:
        asked = director.post("/v1/distribution-plans", json={"name": "年度分配", "scheme_code": SCHEME})
        company.finished(director, asked)
        plan = f"/v1/distribution-plans/{asked.json()['id']}"
        done(leader.post(f"{plan}/approve", json={"reason": "同意执行"}))
        company.finished(director, director.post(f"{plan}/apply", json={"reason": "按计划执行"}))
    return company


@pytest.fixture
def page(built: Path, watched: Watched, shared_out: Company) -> Page:
    """The page where a company would put it, at the service's own address, so that no CORS is needed."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(shared_out.service.address).lstrip("/")
        route.fulfill(path=built / path.removeprefix("page/"))

    watched.page.route("**/page/**", serve)
    watched.page.route("**/node_modules/**", serve)
    watched.page.goto("/page/page.html")
    return watched.page


def test_a_seller_sees_their_accounts_asks_why_and_appeals(page: Page, watched: Watched, shared_out: Company) -> None:
    page.locator("[name=user]").fill(SELLERS[0])
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    accounts = page.locator("#accounts tr")
    decisions = page.locator("#decisions tr")
    expect(accounts.first).to_be_visible()
    expect(decisions.first).to_be_visible()
    with shared_out.by(SELLERS[0]) as seller:
        own = seller.get("/v1/accounts", params={"sort": "name"}).json()["items"]
    assert 0 < len(own) < CUSTOMERS.count("\n") - 1
    assert [row.split("\t")[1] for row in accounts.all_inner_texts()] == [account["name"] for account in own]
    lost = decisions.filter(has=page.get_by_role("button", name="申诉")).first
    lost.get_by_role("button", name="为什么").click()
    answer = page.get_by_role("status")
    expect(answer).to_contain_text("。")
    watched.shoot("page-why")
    statements: list[str] = []
    page.once("dialog", lambda dialog: agree(dialog, statements))
    lost.get_by_role("button", name="申诉").click()
    expect(answer).to_contain_text("申诉已提交")
    watched.shoot("page-appeal")
    with shared_out.by(SELLERS[0]) as seller:
        appeals = seller.get("/v1/appeals").json()["items"]
    assert statements == ["请说明理由"]
    assert [appeal["statement"] for appeal in appeals] == [STATEMENT]


def agree(dialog: Dialog, statements: list[str]) -> None:
    """The prompt is answered."""
    statements.append(dialog.message)
    dialog.accept(STATEMENT)
