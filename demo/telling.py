"""How the demo speaks to somebody at a terminal: chapters, short sentences, bars, tables."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

Item = TypeVar("Item")
INDENT = "  "


class Done(NamedTuple):
    """What there is in the end, how much of it, and how long its chapter took in seconds."""

    what: str
    amount: str
    seconds: float


@dataclass
class Telling:
    """The terminal, and what is summed up in the end."""

    console: Console
    done: list[Done] = field(default_factory=list)
    _began: float = 0.0

    @contextmanager
    def chapter(self, number: int, title: str) -> Iterator[None]:
        """A heading before, an empty line after."""
        self.console.print(f"[bold cyan]{number}  {title}[/]")
        self._began = time.monotonic()
        yield
        self.console.print()

    def say(self, sentence: str) -> None:
        """One plain sentence."""
        self.console.print(f"{INDENT} {sentence}", highlight=False)

    def quote(self, words: str) -> None:
        """What the service says by itself."""
        self.console.print(Padding(Text(words, style="italic"), (0, 2, 0, 5)))

    def sums_up(self, what: str, amount: int | str) -> None:
        """A line of the last table; it bears the time since the line before or the chapter's beginning."""
        now = time.monotonic()
        self.done.append(Done(what, f"{amount:,}" if isinstance(amount, int) else amount, now - self._began))
        self._began = now

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """A small table; `numbers` are the columns that are set to the right."""
        table = Table(box=None, padding=(0, 1), header_style="dim")
        for at, column in enumerate(columns):
            table.add_column(column, justify="right" if at in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def each(self, items: Sequence[Item], doing: str) -> Iterator[Item]:
        """The items, one by one, under a bar that counts them."""
        with self._bar(MofNCompleteColumn()) as bar:
            yield from bar.track(items, description=doing)

    def follow(self, per_cents: Iterable[int], doing: str) -> None:
        """A bar that follows a job to its end."""
        with self._bar(TaskProgressColumn()) as bar:
            task = bar.add_task(doing, total=100)
            for per_cent in per_cents:
                bar.update(task, completed=per_cent)

    def _bar(self, measure: MofNCompleteColumn | TaskProgressColumn) -> Progress:
        """A bar with its words to the left and its measure to the right."""
        return Progress(TextColumn(f"{INDENT} {{task.description}}"), BarColumn(), measure, console=self.console)
