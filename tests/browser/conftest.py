"""A company on a running service, and a browser that reports every request and every complaint."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.company import Company
from tests.browser.watched import Watched
from tests.faults.running import RunningService

CHROMIUM = shutil.which("chromium")
FLAGS = [f"--disable-{what}" for what in ("background-networking", "component-update", "gpu", "quic", "sync")]


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    folder = Path(mkdtemp(prefix="evenhand-browser-", dir="/tmp"))
    service = RunningService(folder)
    try:
        yield Company.founded(service)
    finally:
        if service.process and service.process.poll() is None:
            service.stop()
        service.wait_until_gone()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    expect.set_options(timeout=30_000)  # a machine with other work renders slowly
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--no-first-run"], chromium_sandbox=os.getuid() != 0
        )
        yield chromium
        chromium.close()


@pytest.fixture
def watched(request: pytest.FixtureRequest, browser: Browser, company: Company) -> Iterator[Watched]:
    """A new profile, Chinese unless a test asks otherwise; at its end nothing went elsewhere and nobody complained."""
    context = browser.new_context(
        base_url=company.service.address,
        locale=getattr(request, "param", "zh-CN"),
        viewport={"width": 1280, "height": 1000},
    )
    watched = Watched(context.new_page())
    yield watched
    context.close()
    outside = [url for url in watched.requests if not url.startswith((company.service.address, "data:", "blob:"))]
    assert outside == []
    assert watched.complaints == []
