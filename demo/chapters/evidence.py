"""What is left behind: what was done, the audit entries, and how to look around afterwards."""

import os
from collections import Counter

from demo.organisation import AUDITOR, people
from demo.story import Story

COLUMNS = 2
SETTINGS = ("EVENHAND_STATE", "EVENHAND_PORT")
"""What names this service and nothing of it in secret: told again in the commands that lead back to it."""
LOG_INS = (1, 3, 5, 7, 12, 30)
"""Numbers of the people with whom there is most to see."""


def show(story: Story) -> None:
    """Audit entries by action, as the auditor reads them."""
    entries = story.by(AUDITOR).items("/v1/audit-entries")
    numbers = sorted(Counter(entry["action"] for entry in entries).items(), key=lambda entry: (-entry[1], entry[0]))
    cells = [(action, f"{number:,}") for action, number in numbers]
    height = -(-len(cells) // COLUMNS)
    rows = [
        [
            text
            for column in range(COLUMNS)
            for text in (*cells[at + column * height : at + column * height + 1], ("", ""))[0]
        ]
        for at in range(height)
    ]
    story.telling.table(("action", "entries") * COLUMNS, rows, numbers=range(1, 2 * COLUMNS, 2))
    story.telling.leaves(f"{sum(number for _, number in numbers):,} audit entries")


def invite(story: Story) -> None:
    """Where to look around."""
    chosen_by = "".join(f"{name}={os.environ[name]} " for name in SETTINGS if name in os.environ)
    begin = "It runs" if not story.stage.is_our_own else f"{chosen_by}make run, then it runs"
    story.telling.say(f"{begin} at {story.stage.address}/docs. Authorize there as one of these:")
    staff = {person.code: person for person in people()}
    chosen = (staff[f"DEMO-{number:02}"] for number in LOG_INS)
    rows = ((one.code, one.name, one.role.replace("_", " ")) for one in chosen)
    story.telling.table(("user name", "name", "role"), rows)
    story.telling.say(f"Their passwords: {chosen_by}.venv/bin/python -m demo passwords")
