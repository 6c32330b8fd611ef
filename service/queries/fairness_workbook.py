"""A fairness report as a workbook: the measures, and for each load everybody's shares with native charts."""

from collections.abc import Iterator
from typing import TypeAlias

from service.adapters.spreadsheets.charted import Chart, Sheet, charted_workbook
from service.domain.distribution.wording import load_name, opening
from service.errors import Sentence
from service.queries.fairness_pictures import (
    AFTER,
    ATTAINED,
    BEFORE,
    EVEN,
    IN_SHARES,
    LOAD_PART,
    LOADS,
    LORENZ,
    PEOPLE_PART,
    POSSIBLE,
    Report,
    Words,
    cumulated,
    labels,
    title_of,
    values,
)

Cell: TypeAlias = str | float | None
Column: TypeAlias = list[Cell]

PERSON, WEIGHT = Sentence("Person", "人员"), Sentence("Working time", "工作时间")
SUMMARY = Sentence("Summary", "概要")
MEASURES = {
    "max": Sentence("Greatest", "最高"),
    "min": Sentence("Least", "最低"),
    "cv": Sentence("Coefficient of variation", "变异系数"),
    "gini": Sentence("Gini", "基尼系数"),
    "jain": Sentence("Jain", "Jain 指数"),
}
LOAD = Sentence("Load", "负荷")


def fairness_workbook(report: Report, words: Words) -> bytes:
    """The XLSX file in the reader's language; `report`: made anonymous already."""
    return charted_workbook([summary(report, words), *sheets(report, words)])


def summary(report: Report, words: Words) -> Sheet:
    """The measures of each load, before and after."""
    headings = [words(LOAD)] + [f"{words(one)}, {words(when)}" for one in MEASURES.values() for when in (BEFORE, AFTER)]
    rows = [
        [words(opening(load_name(part["name"])))]
        + [number(part[when][name]) for name in MEASURES for when in ("before", "after")]
        for part in report["dimensions"]
    ]
    return Sheet(words(SUMMARY), headings, rows)


def sheets(report: Report, words: Words) -> Iterator[Sheet]:
    """One sheet a load: people in the first columns, the points of the Lorenz curves in the last."""
    for part in report["dimensions"]:
        load = part["name"]
        people = [person for person in report["people"] if load in person["after"]]
        people.sort(key=lambda person: -float(person["after"][load]))
        table: list[Column] = [
            [*labels(people, words)],
            [float(person["weight"]) for person in people],
            *(list[Cell](values(people, when, load)) for when in ("before", "after", "attainable")),
        ]
        curves = [cumulated(people, when, load) for when in ("before", "after")]
        even: Column = [0.0, 1.0]
        points = [even, even, *(list[Cell](point[at] for point in curve) for curve in curves for at in (0, 1))]
        rows = [list(row) for row in padded([*table, *points])]
        yield Sheet(words(load_name(load))[:31].replace(":", " "), headings(words), rows, charts(load, words))


def headings(words: Words) -> list[str]:
    """What the columns of a load's sheet hold."""
    lorenz = [f"{words(axis)}, {words(when)}" for when in (BEFORE, AFTER) for axis in (PEOPLE_PART, LOAD_PART)]
    return [*(words(one) for one in (PERSON, WEIGHT, BEFORE, AFTER, POSSIBLE, EVEN, EVEN)), *lorenz]


def charts(load: str, words: Words) -> list[Chart]:
    """Loads before and after, the Lorenz curves, and what was attained of what was possible."""
    in_shares, parts = ("", words(IN_SHARES)), (words(PEOPLE_PART), words(LOAD_PART))
    return [
        Chart("column", title_of(LOADS, load, words), in_shares, [(0, 2), (0, 3)]),
        Chart("scatter", title_of(LORENZ, load, words), parts, [(7, 8), (9, 10), (5, 6)], 1.0),
        Chart("column", title_of(ATTAINED, load, words), in_shares, [(0, 4), (0, 3)]),
    ]


def padded(columns: list[Column]) -> Iterator[tuple[Cell, ...]]:
    """Columns of different lengths as rows."""
    longest = max(len(column) for column in columns)
    return zip(*(column + [None] * (longest - len(column)) for column in columns), strict=True)


def number(value: str | None) -> float | None:
    """A decimal string as a cell."""
    return None if value is None else float(value)
