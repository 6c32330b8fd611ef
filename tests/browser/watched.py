"""A page whose requests and complaints are kept, and pictures of it."""

import os
from pathlib import Path
from tempfile import gettempdir

from playwright.sync_api import Page

SHOTS = Path(os.environ.get("EVENHAND_SCREENSHOTS", Path(gettempdir(), "evenhand-screenshots")))


class Watched:
    """A page whose requests and complaints are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None,
        )

    def shoot(self, name: str) -> None:
        """A picture for whoever wants to look, outside the project."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")
