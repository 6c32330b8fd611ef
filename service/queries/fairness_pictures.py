"""A fairness report drawn: loads per person, the Lorenz curve, what was attained of what was possible."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.adapters.svg import Curve, Series, columns, curves
from service.domain.distribution.wording import filled, load_name, opening
from service.errors import NotFound, Sentence

Report = Mapping[str, Any]
Words = Callable[[Sentence], str]

LOADS = Sentence("Load per person: {load}", "各人负荷：{load}")
LORENZ = Sentence("Lorenz curve: {load}", "洛伦兹曲线：{load}")
ATTAINED = Sentence("Attained of what was possible: {load}", "可达份额的实现程度：{load}")
BEFORE, AFTER, NOW = Sentence("before", "方案前"), Sentence("after", "方案后"), Sentence("now", "当前")
MOMENTS = {"before": BEFORE, "after": AFTER, "now": NOW}
POSSIBLE = Sentence("attainable", "可达份额")
IN_SHARES = Sentence("in fair shares for one's working time", "公平份额的倍数（按工作时间计）")
FAIR = Sentence("fair share", "公平份额")
PEOPLE_PART = Sentence("part of the working time, the least loaded first", "工作时间累计占比（负荷低者在前）")
LOAD_PART = Sentence("part of the load", "负荷累计占比")
EVEN = Sentence("perfectly even", "完全均衡")
CROWD = Sentence("each dot is one person, the most loaded first", "每点代表一人，负荷高者在前")
SOMEBODY = Sentence("person {rank}", "人员 {rank}")


def picture(report: Report, chart: str, load: str, words: Words) -> str:
    """One chart of one load as SVG, in the reader's language; NotFound for a load that the report does not have.

    `report`: of a plan, or of now; made anonymous already: whom the reader may not know is a rank.
    """
    if load not in {part["name"] for part in report["dimensions"]}:
        raise NotFound
    people = carrying(report, load)
    return CHARTS[chart](people, load, title_of(TITLES[chart], load, words), words)


def now_drawn(view: Report) -> Report:
    """The members of FairnessView in the form of a plan's report, with one moment: now."""
    return {**view, "people": [{**person, "now": person["loads"]} for person in view["people"]]}


def moments(report: Report) -> list[str]:
    """The moments that a report, or a person in it, tells of: before and after a plan, or now."""
    return [moment for moment in MOMENTS if moment in report]


def carrying(report: Report, load: str) -> list[Report]:
    """The people who can carry a load, the most loaded first."""
    people = [(person, person[moments(person)[-1]]) for person in report["people"]]
    able = [(-float(carried[load]), at) for at, (_, carried) in enumerate(people) if load in carried]
    return [people[at][0] for _, at in sorted(able)]


def loads(people: Sequence[Report], load: str, title: str, words: Words) -> str:
    """What everybody carries at each moment, the most loaded first."""
    told = moments(people[0]) if people else []
    series = [Series(words(MOMENTS[moment]), values(people, moment, load)) for moment in told]
    return columns(title, words(IN_SHARES), labels(people, words), series, (1.0, words(FAIR)), words(CROWD))


def lorenz(people: Sequence[Report], load: str, title: str, words: Words) -> str:
    """Which part of the load which part of the working time carries, at each moment."""
    told = moments(people[0]) if people else []
    lines = [Curve(words(MOMENTS[moment]), cumulated(people, moment, load)) for moment in told]
    return curves(title, (words(PEOPLE_PART), words(LOAD_PART)), lines, words(EVEN))


def attainable(people: Sequence[Report], load: str, title: str, words: Words) -> str:
    """What everybody carries after, beside what the fairest sharing would give them."""
    series = [
        Series(words(POSSIBLE), values(people, "attainable", load)),
        Series(words(AFTER), values(people, "after", load)),
    ]
    return columns(title, words(IN_SHARES), labels(people, words), series, (1.0, words(FAIR)), words(CROWD))


def title_of(title: Sentence, load: str, words: Words) -> str:
    """A chart's title with the name of its load."""
    return words(opening(filled(title, load=load_name(load))))


def values(people: Sequence[Report], when: str, load: str) -> list[float | None]:
    """A load of everybody, None where somebody has none."""
    found = (person.get(when, {}).get(load) for person in people)
    return [None if value is None else float(value) for value in found]


def labels(people: Sequence[Report], words: Words) -> list[str]:
    """Everybody's code, a rank for whom the reader may not know."""
    return [person["code"] or words(filled(SOMEBODY, rank=rank)) for rank, person in enumerate(people, 1)]


def cumulated(people: Sequence[Report], when: str, load: str) -> list[tuple[float, float]]:
    """The points of a Lorenz curve: weight and load summed from the least loaded on, as parts of the whole."""
    pairs = sorted((float(person[when][load]), float(person["weight"])) for person in people)
    weight, carried = sum(weight for _, weight in pairs) or 1.0, sum(share * weight for share, weight in pairs) or 1.0
    points, x, y = [(0.0, 0.0)], 0.0, 0.0
    for share, part in pairs:
        x, y = x + part / weight, y + share * part / carried
        points.append((x, y))
    return points


CHARTS: dict[str, Callable[[Sequence[Report], str, str, Words], str]] = {
    "loads": loads,
    "lorenz": lorenz,
    "attainable": attainable,
}
TITLES = {"loads": LOADS, "lorenz": LORENZ, "attainable": ATTAINED}
