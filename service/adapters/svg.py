"""Plain SVG 1.1 pictures of a few numbers: paired columns, and curves in a square; text is escaped, nothing is fetched.

Sizes are in pixels of the view box; a picture scales with its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 960, 64, 24, 92, 72
FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
INK, FAINT, GRID = "#1f2933", "#616e7c", "#e4e7eb"
COLOURS = ("#9fb3c8", "#0b69a3", "#c65d21")
MOST_COLUMNS = 40
MOST_STEPS = 6
LONGEST_LABEL = 12


@dataclass(frozen=True)
class Series:
    """A named row of numbers, one for each item; None where an item has none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Curve:
    """A named line of points (x, y), both from 0 to 1."""

    name: str
    points: Sequence[tuple[float, float]]


def columns(
    title: str, axis: str, labels: Sequence[str], series: Sequence[Series], reference: tuple[float, str], crowd: str
) -> str:
    """Columns side by side for each label; beyond MOST_COLUMNS labels, dots without labels in the same order.

    `reference`: a level that is drawn as a dashed line, with its name; `axis`: what is counted; `crowd`: what stands
    under the dots instead of labels.
    """
    most = max([reference[0], *(value for one in series for value in one.values if value is not None)], default=1.0)
    steps = scale(most)
    frame = Frame(height=460, top=steps[-1])
    parts = [*frame.titles(title, axis), *legend(series, reference[1]), *frame.grid(steps)]
    if len(labels) <= MOST_COLUMNS:
        parts += [*frame.columns(series, len(labels)), *frame.labels(labels)]
    else:
        parts += [*frame.dots(series, len(labels)), frame.along_x(crowd)]
    parts.append(path([(frame.x(0), frame.y(reference[0])), (frame.x(1), frame.y(reference[0]))], INK, dashed=True))
    return document(frame.height, title, parts)


def curves(title: str, axes: tuple[str, str], lines: Sequence[Curve], diagonal: str) -> str:
    """Curves in the unit square, with the diagonal named; `axes`: what x and y count."""
    frame = Frame(height=720, top=1.0)
    steps = [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    parts = [*frame.titles(title, axes[1]), *legend(lines, diagonal), *frame.grid(steps, percent=True)]
    parts += [*frame.ticks_along_x(steps), frame.along_x(axes[0])]
    parts.append(path([(frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))], INK, dashed=True))
    for colour, line in zip(palette(len(lines)), lines, strict=False):
        parts.append(path([(frame.x(x), frame.y(y)) for x, y in line.points], colour))
    return document(frame.height, title, parts)


@dataclass(frozen=True)
class Frame:
    """The drawing area: a height in pixels, and the value at its upper edge."""

    height: int
    top: float

    def x(self, part: float) -> float:
        """Where a part of the width, from 0 to 1, lies."""
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Where a value lies."""
        return self.height - BOTTOM - value / self.top * (self.height - TOP - BOTTOM)

    def titles(self, title: str, axis: str) -> Iterator[str]:
        """The title, and what the vertical axis counts."""
        yield text(LEFT, 32, title, 20, INK, weight=600)
        yield text(LEFT, TOP - 12, axis, 13, FAINT)

    def grid(self, steps: Sequence[float], *, percent: bool = False) -> Iterator[str]:
        """Horizontal lines with their values."""
        for step in steps:
            yield path([(LEFT, self.y(step)), (WIDTH - RIGHT, self.y(step))], GRID, width=1)
            yield text(LEFT - 8, self.y(step) + 4, f"{step:.0%}" if percent else f"{step:g}", 12, FAINT, "end")

    def ticks_along_x(self, steps: Sequence[float]) -> Iterator[str]:
        """Values under the drawing area."""
        return (text(self.x(step), self.y(0) + 20, f"{step:.0%}", 12, FAINT, "middle") for step in steps)

    def along_x(self, words: str) -> str:
        """What the horizontal axis counts."""
        return text((LEFT + WIDTH - RIGHT) / 2, self.height - 18, words, 13, FAINT, "middle")

    def columns(self, series: Sequence[Series], number: int) -> Iterator[str]:
        """One column a series within each item's place."""
        place = (WIDTH - LEFT - RIGHT) / max(number, 1)
        width = min(28.0, place * 0.8 / max(len(series), 1))
        for order, (colour, one) in enumerate(zip(palette(len(series)), series, strict=False)):
            for at, value in enumerate(one.values):
                if value is not None:
                    left = LEFT + place * (at + 0.5) + width * (order - len(series) / 2)
                    y = self.y(value)
                    yield (
                        f'<rect x="{left:.1f}" y="{y:.1f}" width="{width * 0.92:.1f}" height="{self.y(0) - y:.1f}" '
                        f'rx="2" fill="{colour}"><title>{escape(one.name)}: {value:.3f}</title></rect>'
                    )

    def dots(self, series: Sequence[Series], number: int) -> Iterator[str]:
        """One dot a series in each item's place."""
        radius = max(1.6, min(4.0, 900 / number))
        for colour, one in zip(palette(len(series)), series, strict=False):
            for at, value in enumerate(one.values):
                if value is not None:
                    x, y = self.x((at + 0.5) / number), self.y(value)
                    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>'

    def labels(self, labels: Sequence[str]) -> Iterator[str]:
        """The items' names under their places, aslant where these are narrow; of long ones the end, which differs."""
        place = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
        aslant = any(width_of(label, 12) > place - 8 for label in labels)
        for at, label in enumerate(labels):
            x, y = self.x((at + 0.5) / len(labels)), self.y(0) + (14 if aslant else 20)
            turned = f' transform="rotate(-40 {x:.1f} {y:.1f})"' if aslant else ""
            name = label if not aslant or len(label) <= LONGEST_LABEL else f"…{label[1 - LONGEST_LABEL :]}"
            yield text(x, y, name, 11 if aslant else 12, INK, "end" if aslant else "middle", extra=turned)


def palette(number: int) -> Sequence[str]:
    """The colours of so many series: a strong one alone, a faint one beside a strong one."""
    return COLOURS if number > 1 else COLOURS[1:]


def legend(named: Sequence[Series | Curve], dashed: str) -> Iterator[str]:
    """The colours and their names under the title, and what the dashed line is."""
    x = float(LEFT)
    for colour, one in zip(palette(len(named)), named, strict=False):
        yield f'<rect x="{x:.1f}" y="46" width="12" height="12" rx="2" fill="{colour}"/>'
        yield text(x + 18, 57, one.name, 13, INK)
        x += 18 + 24 + width_of(one.name, 13)
    yield path([(x, 52), (x + 28, 52)], INK, dashed=True)
    yield text(x + 34, 57, dashed, 13, INK)


def width_of(words: str, size: int) -> float:
    """About how wide some words are."""
    return sum(1.08 if ord(letter) > 0x2E7F else 0.6 for letter in words) * size


def scale(most: float) -> list[float]:
    """Round steps from 0 to a value that is not below `most`."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / MOST_STEPS
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    return [round(step * at, 10) for at in range(ceil(most / step - 1e-9) + 1)]


def path(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False, width: float = 2.2) -> str:
    """A line through some points."""
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="6 5"' if dashed else ""
    return (
        f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="{1.2 if dashed else width}"{dashes}/>'
    )


def text(
    x: float, y: float, words: str, size: int, colour: str, anchor: str = "start", *, weight: int = 400, extra: str = ""
) -> str:
    """Some words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}"{extra}>{escape(words)}</text>'
    )


def document(height: int, title: str, parts: Sequence[str]) -> str:
    """The whole picture on white."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="{FONT}">\n<title>{escape(title)}</title>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
