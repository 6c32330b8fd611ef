"""Long work on a plan that goes on in threads or in the database while its job is looked after."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from service.domain.progress import Progress
from service.errors import Sentence, StateConflict
from service.jobs.worker import Workplace
from service.operations.distribution_plans import APPLY, COMPUTE, REPLAY, VERIFY
from service.operations.plan_computing import CALLED_OFF

LOOK_EVERY_S = 1.0
Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Course:
    """What a kind of job says when it was called off, and the percents at which each of its phases begins and ends."""

    called_off: Sentence
    phases: Mapping[str, tuple[int, int]]


COURSES = {
    COMPUTE: Course(
        CALLED_OFF,
        {
            "placing": (5, 25),
            "settling": (25, 45),
            "repairing": (45, 55),
            "deciding": (55, 70),
            "judging": (70, 80),
            "proving": (80, 95),
        },
    ),
    APPLY: Course(
        Sentence("The application of the plan was called off.", "方案的执行已取消。"),
        {"reading": (0, 30), "confirming": (30, 50), "ending": (50, 60), "starting": (60, 95)},
    ),
    VERIFY: Course(
        Sentence("The verification of the plan was called off.", "方案的核验已取消。"),
        {"reading": (5, 40), "deciding": (40, 80), "proving": (80, 95)},
    ),
    REPLAY: Course(
        Sentence("The replay of the plan was called off.", "方案的重新计算已取消。"),
        {"placing": (5, 35), "settling": (35, 65), "repairing": (65, 75), "deciding": (75, 95)},
    ),
}


class Watch:
    """Tells how far work is that goes on beside, and lets it hear when its job is called off."""

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.course = COURSES[work.job.kind]
        self.percent = 0
        self.called_off = threading.Event()

    async def threaded(self, pure: Callable[[Given, Progress], Found], given: Given) -> Found:
        """Work in a thread of its own, which is given a way to tell its progress last."""
        return await asyncio.to_thread(pure, given, self.tell)

    async def results(self, *works: Coroutine[Any, Any, Any]) -> list[Any]:
        """What works return, or the first error, once all have ended: none goes on beneath an ended transaction."""
        tasks = [asyncio.create_task(one) for one in works]
        try:
            while (await asyncio.wait(tasks, timeout=LOOK_EVERY_S))[1]:
                if not await self.work.progress(self.percent):
                    self.called_off.set()
        except BaseException:
            self.called_off.set()
            await asyncio.wait(tasks)
            raise
        return await asyncio.gather(*tasks)

    def tell(self, phase: str, done: int, total: int) -> None:
        """Notes the progress of a phase; raises in the work that tells it once the job was called off."""
        if self.called_off.is_set():
            raise StateConflict(self.course.called_off)
        least, most = self.course.phases[phase]
        told = least + (most - least) * min(done, total) // max(total, 1)
        self.percent = max(self.percent, told)  # a phase may begin again
