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
INDENT = 3


class Done(NamedTuple):
    """What a chapter leaves, and how long it took in seconds."""

    chapter: str
    left: str
    seconds: float


@dataclass
class Telling:
    """The terminal, and what is summed up in the end."""

    console: Console
    done: list[Done] = field(default_factory=list)
    _left: str = ""

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """A heading before, an empty line after, and a line for the last table."""
        began = time.monotonic()
        self.console.print(f"[bold cyan]{len(self.done) + 1}  {title}[/]")
        yield
        self.console.print()
        self.done.append(Done(title, self._left, time.monotonic() - began))

    def say(self, sentence: str) -> None:
        """One plain sentence."""
        self.console.print(Padding(Text(sentence), (0, 0, 0, INDENT), expand=False))

    def quote(self, words: str) -> None:
        """What the service says by itself."""
        self.console.print(Padding(Text(words, style="italic"), (0, INDENT, 0, 2 * INDENT), expand=False))

    def leaves(self, what: str) -> None:
        """What there is after this chapter."""
        self._left = what

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """A small table; `numbers` are the columns that are set to the right."""
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for at, column in enumerate(columns):
            table.add_column(column, justify="right" if at in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(Padding(table, (0, 0, 0, INDENT), expand=False))

    def each(self, items: Sequence[Item], doing: str) -> Iterator[Item]:
        """The items, one by one, under a bar that counts them; no bar where there is nothing to do."""
        if not items:
            return
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
        return Progress(
            TextColumn(f"{' ' * (INDENT - 1)} {{task.description}}"), BarColumn(), measure, console=self.console
        )
