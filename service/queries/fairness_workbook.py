"""A fairness report as a workbook: the measures, and for each load everybody's shares with native charts."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from service.adapters.spreadsheets.charted import Chart, Sheet, charted_workbook
from service.domain.distribution.wording import filled, load_name, opening
from service.errors import Sentence
from service.queries.fairness_pictures import (
    ATTAINED,
    EVEN,
    IN_SHARES,
    LOAD_PART,
    LOADS,
    LORENZ,
    MOMENTS,
    PEOPLE_PART,
    POSSIBLE,
    Report,
    Words,
    carrying,
    cumulated,
    labels,
    moments,
    title_of,
    values,
)

Cell: TypeAlias = str | float | None
Column: TypeAlias = list[Cell]

PERSON = Sentence("Person (staff code)", "人员（工号）")
WEIGHT = Sentence("Working time (1 = full-time)", "工作时间（1 为全职）")
SUMMARY = Sentence("Summary", "概要")
MEASURES = {
    "max": Sentence("Greatest load (fair shares)", "最高负荷（公平份额的倍数）"),
    "min": Sentence("Least load (fair shares)", "最低负荷（公平份额的倍数）"),
    "cv": Sentence("Coefficient of variation (0 = even)", "变异系数（0 为完全均衡）"),
    "gini": Sentence("Gini coefficient (0 = even)", "基尼系数（0 为完全均衡）"),
    "jain": Sentence("Jain index (1 = even)", "Jain 指数（1 为完全均衡）"),
}
LOAD = Sentence("Load", "负荷")
SHARES = {**MOMENTS, "attainable": POSSIBLE}
SHARE = Sentence("{when} (fair shares)", "{when}（公平份额的倍数）")
ALONG = Sentence("{what}, {when} (1 = all)", "{what}，{when}（1 为全部）")
TEAM, TEAMS, PART = Sentence("Team", "团队"), Sentence("Teams", "各团队"), Sentence("part of accounts", "客户占比")
TEAM_NUMBERS = {
    "people": Sentence("Number of people", "人数"),
    "accounts": Sentence("Number of accounts", "客户数"),
    "pinned": Sentence("Number of pinned accounts", "锁定的客户数"),
    "by_hand": Sentence("Number of accounts given by hand", "人工分配的客户数"),
    "pinned_share": Sentence("Part of accounts pinned (1 = all)", "锁定的客户占比（1 为全部）"),
    "by_hand_share": Sentence("Part of accounts given by hand (1 = all)", "人工分配的客户占比（1 为全部）"),
}
AT = Sentence("{what}, {when}", "{what}，{when}")
KEPT_OR_BY_HAND = Sentence("Pinned, or given by hand", "锁定与人工分配")


def fairness_workbook(report: Report, words: Words) -> bytes:
    """The XLSX file in the reader's language; `report`: of a plan, or of now, made anonymous already."""
    told = moments(report["dimensions"][0]) if report["dimensions"] else []
    teams = [team_sheet(report["teams"], words)] if "teams" in report else []
    return charted_workbook([summary(report, told, words), *sheets(report, told, words), *teams])


def summary(report: Report, told: Sequence[str], words: Words) -> Sheet:
    """The measures of each load at each moment."""
    headings = [words(LOAD)]
    headings += [words(filled(AT, what=one, when=MOMENTS[when])) for one in MEASURES.values() for when in told]
    rows = [
        [words(opening(load_name(part["name"])))] + [number(part[when][name]) for name in MEASURES for when in told]
        for part in report["dimensions"]
    ]
    return Sheet(words(SUMMARY), headings, rows)


def sheets(report: Report, told: Sequence[str], words: Words) -> Iterator[Sheet]:
    """One sheet a load: people in the first columns, the points of the Lorenz curves in the last."""
    shown = [*told, *(["attainable"] if "after" in told else [])]
    for part in report["dimensions"]:
        load = part["name"]
        people = carrying(report, load)
        table: list[Column] = [
            [*labels(people, words)],
            [float(person["weight"]) for person in people],
            *(list[Cell](values(people, when, load)) for when in shown),
        ]
        curves = [cumulated(people, when, load) for when in told]
        even: Column = [0.0, 1.0]
        points = [even, even, *(list[Cell](point[at] for point in curve) for curve in curves for at in (0, 1))]
        rows = [list(row) for row in padded([*table, *points])]
        name = words(opening(load_name(load)))[:31].replace(":", " ")
        yield Sheet(name, headings(shown, told, words), rows, charts(load, shown, told, words))


def headings(shown: Sequence[str], told: Sequence[str], words: Words) -> list[str]:
    """What the columns of a load's sheet hold."""
    lorenz = [EVEN, *(MOMENTS[when] for when in told)]
    columns = (
        *(PERSON, WEIGHT),
        *(opening(filled(SHARE, when=SHARES[when])) for when in shown),
        *(opening(filled(ALONG, what=axis, when=when)) for when in lorenz for axis in (PEOPLE_PART, LOAD_PART)),
    )
    return [*map(words, columns)]


def charts(load: str, shown: Sequence[str], told: Sequence[str], words: Words) -> list[Chart]:
    """Loads at each moment, the Lorenz curves, and what was attained of what was possible."""
    in_shares, parts = ("", words(IN_SHARES)), (words(PEOPLE_PART), words(LOAD_PART))
    column = {when: 2 + at for at, when in enumerate(shown)}
    even = 2 + len(shown)
    curves = [(even + 2 + 2 * at, even + 3 + 2 * at) for at in range(len(told))]
    drawn = [
        Chart("column", title_of(LOADS, load, words), in_shares, [(0, column[when]) for when in told]),
        Chart("scatter", title_of(LORENZ, load, words), parts, [*curves, (even, even + 1)], 1.0),
    ]
    if "attainable" in column:
        reached = [(0, column["attainable"]), (0, column["after"])]
        drawn.append(Chart("column", title_of(ATTAINED, load, words), in_shares, reached))
    return drawn


def team_sheet(teams: Sequence[Report], words: Words) -> Sheet:
    """Each team's people and accounts, and which part is kept or was given by hand."""
    names = [words(one) for one in (TEAM, *TEAM_NUMBERS.values())]
    rows = [[team["name"], *(number(team[name]) for name in TEAM_NUMBERS)] for team in teams]
    shares = [names.index(words(TEAM_NUMBERS[name])) for name in ("pinned_share", "by_hand_share")]
    chart = Chart("column", words(KEPT_OR_BY_HAND), ("", words(PART)), [(0, at) for at in shares])
    return Sheet(words(TEAMS), names, rows, [chart])


def padded(columns: list[Column]) -> Iterator[tuple[Cell, ...]]:
    """Columns of different lengths as rows."""
    longest = max(len(column) for column in columns)
    return zip(*(column + [None] * (longest - len(column)) for column in columns), strict=True)


def number(value: int | str | None) -> float | None:
    """A whole number, or a decimal string, as a cell."""
    return value if value is None or isinstance(value, int) else float(value)
