"""What is told of a finished plan: how fair it is, what was possible, what must wait, which promises it keeps."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from service.domain.distribution.attainable import attainable_shares
from service.domain.distribution.core import NOBODY
from service.domain.distribution.decimals import decimal
from service.domain.distribution.fairness import fairness_report
from service.domain.distribution.guarantees import guarantees_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.shortage import IN_ORDER, shortages
from service.domain.distribution.wording import both, filled, load_name, opening
from service.domain.progress import Progress, silence
from service.errors import Sentence

ATTAINED = Sentence(
    "{load}: everybody got {times} their attainable share, what they would have in the fairest case.",
    "{load}：每个人实得均为其可达份额（最公平的分法下应得的份额）的 {times}。",
)


def judged(ledger: Ledger, tell: Progress = silence) -> dict[str, Any]:
    """The members of a plan's fairness as JSON data, for a ledger on which everybody has what the plan gives them.

    `tell` hears of it as "judging".
    """
    tell("judging", 0, 2)
    report = fairness_report(ledger.with_owners(), ledger).to_mapping()
    tell("judging", 1, 2)
    report = _with_guarantees(_with_shortages(_with_attainable(report, ledger), ledger), ledger)
    tell("judging", 2, 2)
    return report


def _with_attainable(report: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """A report with what everybody's share of each load would be in the fairest case, and what part of it they got."""
    found = attainable_shares(ledger)
    people = ledger.instance.person_numbers
    shares = {part.dimension: part.shares for part in found}
    for person in report["people"]:
        at = people[person["person_id"]]
        possible = {name: share[at] for name, share in shares.items() if at in share}
        person["attainable"] = {name: decimal(share) for name, share in possible.items()}
        got = {name: Fraction(person["after"][name]) / share for name, share in possible.items() if share}
        person["attained"] = {name: decimal(part) for name, part in got.items()}
    told = [sentence for part in found for sentence in part.sentences()]
    return report | {"sentences": [*both(_attained(report)), *report["sentences"], *both(told)]}


def _attained(report: dict[str, Any]) -> Iterator[Sentence]:
    """Within which bounds everybody got what was possible for them, load by load, without names."""
    for part in report["dimensions"]:
        name = part["name"]
        parts = [Fraction(person["attained"][name]) for person in report["people"] if name in person["attained"]]
        if parts:
            times = _between(decimal(min(parts), 2), decimal(max(parts), 2))
            yield opening(filled(ATTAINED, load=load_name(name), times=times))


def _between(least: str, most: str) -> Sentence:
    """How many times, in one number where both bounds are the same."""
    if least == most:
        return Sentence(f"{most} times", f"{most} 倍")
    return Sentence(f"between {least} and {most} times", f"{least} 至 {most} 倍")


def _with_shortages(report: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """A report with what must wait under a cap whatever the plan, proven where anything waits, and what would help."""
    waits = (ledger.instance.roll.free & (ledger.owner == NOBODY)).any()
    found = tuple(shortages(ledger)) if waits else ()
    told = [*(one.sentence() for one in found), *([IN_ORDER] if found else [])]
    proven = [one.to_mapping(ledger.instance) for one in found]
    return report | {"shortages": proven, "sentences": [*report["sentences"], *both(told)]}


def _with_guarantees(report: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """A report with the usual promises of fairness, which are no headlines."""
    return report | {"guarantees": [one.to_mapping() for one in guarantees_of(ledger)]}
