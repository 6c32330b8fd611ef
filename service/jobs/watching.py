"""Long work on a plan that goes on in threads while its job is looked after."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from service.domain.distribution.arranging import Progress
from service.errors import StateConflict
from service.jobs.worker import Workplace
from service.operations.plan_computing import CALLED_OFF

LOOK_EVERY_S = 1.0
PHASES = {
    "placing": (5, 25),
    "settling": (25, 45),
    "repairing": (45, 55),
    "deciding": (55, 70),
    "judging": (70, 80),
    "proving": (80, 95),
}
Given = TypeVar("Given")
Found = TypeVar("Found")


class Watch:
    """Tells how far work is that goes on beside, in threads, and lets it hear when its job is called off."""

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.percent = 0
        self.called_off = False

    def thread(self, pure: Callable[[Given, Progress], Found], given: Given) -> "asyncio.Task[Found]":
        """Work in a thread of its own, which is given a way to tell its progress last."""
        return asyncio.create_task(asyncio.to_thread(pure, given, self.tell))

    async def results(self, *tasks: "asyncio.Task[Any]") -> list[Any]:
        """What tasks return, or the first error, once all have ended: none goes on beneath an ended transaction."""
        try:
            while (await asyncio.wait(tasks, timeout=LOOK_EVERY_S))[1]:
                self.called_off |= not await self.work.progress(self.percent)
        except BaseException:
            self.called_off = True
            await asyncio.wait(tasks)
            raise
        return await asyncio.gather(*tasks)

    def tell(self, phase: str, done: int, total: int) -> None:
        """Notes the progress of a phase; raises in the thread that tells it once the job was called off."""
        if self.called_off:
            raise StateConflict(CALLED_OFF)
        least, most = PHASES[phase]
        self.percent = least + (most - least) * min(done, total) // max(total, 1)
