"""Swagger UI as a person uses it."""

import json
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.watched import Watched


class SwaggerUI:
    """The page at /docs."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.page = watched.page
        self.page.goto("/docs")
        expect(self.page.locator(".opblock-tag").first).to_be_visible()

    def log_in(self, code: str, password: str) -> None:
        """By the *Authorize* dialog; whoever was logged in before leaves."""
        self.page.locator(".scheme-container .authorize").click()
        dialog = self.page.locator(".dialog-ux")
        form = dialog.locator(".auth-container", has=self.page.locator("#oauth_username"))
        leave = dialog.get_by_text("Logout").first
        if leave.is_visible():
            leave.click()
            expect(leave).to_be_hidden()
        form.locator("#oauth_username").fill(code)
        form.locator("#oauth_password").fill(password)
        self.watched.shoot(f"authorize-{code}")
        form.locator("button.authorize").click()
        expect(leave).to_be_visible()
        dialog.locator("button.btn-done").first.click()

    def open(self, tag: str, operation: str) -> "Operation":
        """An operation, found by the filter and unfolded by two clicks, or by none where it was unfolded before."""
        self.page.locator(".operation-filter-input").fill(operation)
        expect(self.page.locator(".opblock-tag")).to_have_count(1)
        heading = self.page.locator(f"#operations-tag-{tag}")
        block = self.page.locator(f"#operations-{tag}-{operation}")
        for folded, within in ((heading, heading.locator("..")), (block.locator(".opblock-summary-control"), block)):
            expect(within).to_be_visible()
            if "is-open" not in (within.get_attribute("class") or ""):
                folded.click()
        expect(block.locator("button.execute")).to_be_visible()
        return Operation(self.watched, block)


class Operation:
    """One unfolded operation, its form open."""

    def __init__(self, watched: Watched, block: Locator) -> None:
        self.watched = watched
        self.block = block

    def fill(self, name: str, value: str) -> "Operation":
        """A parameter's field."""
        self.block.locator(f'tr[data-param-name="{name}"] input').fill(value)
        return self

    def choose(self, name: str, value: str) -> "Operation":
        """A parameter's list of choices."""
        self.block.locator(f'tr[data-param-name="{name}"] select').select_option(value)
        return self

    def write(self, **changed: Any) -> "Operation":
        """The body that the form is prefilled with, some of its members changed."""
        self.block.locator("textarea.body-param__text").fill(json.dumps(self.body() | changed, ensure_ascii=False))
        return self

    def body(self) -> Any:
        """The body that the form is prefilled with."""
        return json.loads(self.block.locator("textarea.body-param__text").input_value())

    def attach(self, path: str) -> "Operation":
        """The file of a form."""
        self.block.locator("input[type=file]").set_input_files(path)
        return self

    def execute(self, status: int) -> Any:
        """Sends the form; what came back, which is shown with its status: JSON, or the text of a picture."""
        with self.watched.page.expect_response(lambda answer: "/v1/" in answer.url) as answered:
            self.block.locator("button.execute").click()
        answer = answered.value
        self.watched.shoot(f"{self.block.get_attribute('id')}")
        assert answer.status == status, answer.text()
        shown = self.block.locator(".live-responses-table .response .response-col_status")
        expect(shown.first).to_contain_text(str(status))
        return answer.json() if "json" in answer.headers["content-type"] else answer.text()
