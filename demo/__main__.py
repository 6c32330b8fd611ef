"""`make demo`: the main job from the first department to the last audit entry, through the API."""

import signal
import time
from types import FrameType
from typing import NoReturn

import httpx
import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from demo.chapters import (
    appeal,
    archive,
    daily_work,
    disputes,
    distribution,
    evidence,
    leaver,
    money,
    people,
    portfolio,
    review,
    tiers,
)
from demo.failure import DemoFailed, DemoRefused
from demo.organisation import people as everybody
from demo.stage import ADMIN, Passwords, stage
from demo.story import Story
from demo.telling import Telling
from service.adapters.postgres.failure import PostgresFailed
from service.adapters.state_folder import StateFolder, StateFolderTaken
from service.errors import GeneralManagerExists
from service.settings import settings

app = typer.Typer(help="Evenhand's main job on real companies.", add_completion=False)
console = Console(highlight=False)
REFUSED, FAILED, INTERRUPTED = 2, 1, 130


@app.callback(invoke_without_command=True)
def play(context: typer.Context) -> None:
    """Play the whole story; what is there already is left as it is."""
    if context.invoked_subcommand is not None:
        return
    signal.signal(signal.SIGTERM, stop)
    telling = Telling(console)
    began = time.monotonic()
    try:
        with console.status("Setting up database and service") as waiting, stage() as place:
            waiting.stop()
            tell(Story(place, telling))
    except (DemoRefused, StateFolderTaken, GeneralManagerExists) as refused:
        end(f"The demo did not begin. {refused}", REFUSED)
    except (DemoFailed, PostgresFailed, httpx.HTTPError, SQLAlchemyError, OSError) as failed:
        end(f"The demo stopped. {failed} Run it again: it goes on from there.", FAILED)
    except KeyboardInterrupt:
        end("Interrupted. Run the demo again: it goes on from there.", INTERRUPTED)
    rows = ((one.chapter, one.left, f"{one.seconds:.1f}") for one in telling.done)
    telling.table(("chapter", "what there is now", "seconds"), rows, numbers=(2,))
    console.print(f"demo: ok, {time.monotonic() - began:.0f} s")


def tell(story: Story) -> None:
    """The chapters in their order."""
    chapter = story.telling.chapter
    with chapter("People 人员"):
        people.hire(story)
    with chapter("Exchange rates 汇率"):
        money.enter_rates(story)
    with chapter("Real companies 真实客户"):
        portfolio.bring_in(story)
    with chapter("Tiers 分级"):
        tiers.grade(story)
    with chapter("Distribution 分配"):
        distribution.share_out(story)
    with chapter("An appeal 申诉"):
        heard = appeal.hear(story)
    with chapter("An appeal refused 申诉不成立"):
        disputes.refuse(story)
    with chapter("An appeal in mediation 申诉调解"):
        disputes.mediate(story)
    with chapter("Daily work 日常工作"):
        daily_work.visit(story, heard)
    with chapter("A review 定期审核"):
        review.look_back(story)
    with chapter("Archive 档案"):
        archive.keep(story, heard)
    with chapter("A leaver 离职交接"):
        leaver.hand_over(story)
    with chapter("Evidence 留痕"):
        evidence.show(story)
        evidence.invite(story)


@app.command()
def passwords() -> None:
    """Show the log-ins of the demo's people."""
    configured = settings()
    kept = Passwords(StateFolder(configured.state), configured)
    try:
        for code, name in ((ADMIN, "Administrator"), *((one.code, one.name) for one in everybody())):
            console.print(f"{code:<8} {kept.of(code):<22} {name}")
    except DemoFailed as failed:
        end(str(failed), FAILED)


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM ends the demo as Ctrl-C does, so that its service is stopped in order."""
    raise KeyboardInterrupt


def end(sentence: str, code: int) -> NoReturn:
    """The last words."""
    Console(stderr=True, highlight=False).print(sentence)
    raise typer.Exit(code) from None


if __name__ == "__main__":
    app()
