"""What a browser gets without logging in: the page at `/`, Swagger UI, and the contract."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.house import House

COMMITTED = json.loads(Path("openapi/openapi.json").read_bytes())  # held equal to the live routes by tests/contract
GUIDES = {path.name: path.read_text(encoding="utf-8") for path in Path("docs").glob("*.md")}
LINK = re.compile(r'(?:href|src)="([^"]+)"')


async def open_page(house: House, path: str, **headers: str) -> httpx.Response:
    async with house.client() as stranger:
        return await stranger.get(path, headers=headers)


@pytest.mark.parametrize(("asked", "language", "said"), [("zh-CN", "zh-CN", "就绪"), ("de, en;q=0.5", "en", "ready")])
async def test_the_landing_page_tells_the_state_in_the_callers_language(
    house: House, asked: str, language: str, said: str
) -> None:
    page = await open_page(house, "/", **{"Accept-Language": asked})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Vary"] == "Accept-Language"
    assert f'<html lang="{language}">' in page.text
    assert f'class="ready">{said}<' in page.text
    assert f"<dd>{house.services.schema_head}</dd>" in page.text


async def test_the_landing_page_says_that_the_service_stops(house: House) -> None:
    house.services.draining.set()
    assert 'class="unready">stopping<' in (await open_page(house, "/")).text


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(house: House, path: str) -> None:
    page = await open_page(house, path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert " style=" not in page.text
    for link in LINK.findall(page.text):
        assert link.startswith("/")
        assert (await open_page(house, link)).status_code == 200, link


async def test_the_contract_is_served_as_it_is(house: House) -> None:
    assert (await open_page(house, "/openapi.json")).json() == COMMITTED


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/docs.js", "/docs/appeals.md"])
async def test_a_browser_asks_each_time_and_loads_only_what_changed(house: House, path: str) -> None:
    whole = await open_page(house, path)
    assert whole.headers["Cache-Control"] == "no-cache"
    again = await open_page(house, path, **{"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", whole.headers["ETag"])
    other = await open_page(house, path, **{"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, whole.content)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_landing_page_leads_to_every_guide(house: House, language: str) -> None:
    page = await open_page(house, "/", **{"Accept-Language": language})
    linked = {link.removeprefix("/docs/") for link in LINK.findall(page.text) if link.endswith(".md")}
    assert linked == set(GUIDES)
    for name, text in GUIDES.items():
        guide = await open_page(house, f"/docs/{name}")
        assert guide.headers["Content-Type"] == "text/markdown; charset=utf-8"
        assert guide.text == text


async def test_a_browser_finds_an_icon_beside_a_guide(house: House) -> None:
    icon = await open_page(house, "/favicon.ico")
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, "image/png")


async def test_an_asset_that_is_not_there_is_a_problem(house: House) -> None:
    assert (await open_page(house, "/docs/..%2fdocs.html")).status_code == 404
    assert (await open_page(house, "/docs/secrets.js")).json()["code"] == "not_found"
