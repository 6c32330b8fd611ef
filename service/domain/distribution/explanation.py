"""The full explanation of a decision, recomputed from snapshot and owners."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from service.domain.distribution.binding import Binding, bindings
from service.domain.distribution.candidacy import Candidacy, candidacy
from service.domain.distribution.deciding import TASK_BOUND, decide
from service.domain.distribution.decimals import decimal
from service.domain.distribution.decisions import Decision, Waiting
from service.domain.distribution.instance import MILLION
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.waiting import waiting_for
from service.domain.distribution.wording import (
    both,
    failed_mapping,
    filled,
    load_name,
    reason_sentence,
    remedy_sentence,
)
from service.errors import Sentence


@dataclass(frozen=True)
class Explanation:
    """A decision with everybody's standing, the account being off the ledger.

    `open`: who may serve the account and has room, best first; `full`: who may but has no room; `excluded`: who may
    not; `carried`: what each person (by number) has of each load, ℓ in shares, before this account.
    """

    code: str
    decision: Decision
    open: tuple[Candidacy, ...]
    full: tuple[Candidacy, ...]
    excluded: tuple[Candidacy, ...]
    carried: dict[int, dict[str, str]]
    waiting: Waiting | None

    def to_mapping(self) -> dict[str, Any]:
        """Everything, with everybody named: plain JSON data."""
        ranked = [(rank, each) for rank, each in enumerate(self.open, 1)] + [(None, each) for each in self.full]
        return {
            "account_id": self.decision.account_id,
            "account_code": self.code,
            "decision": decision_mapping(self.decision),
            "candidates": [{**_named(each), **self._standing(each, rank)} for rank, each in ranked],
            "excluded": [{**_named(each), **failed_mapping(each.failed[0])} for each in self.excluded],
            "binding": [one.to_mapping() for one in self.binding],
            "waiting": self.waiting.to_mapping() if self.waiting else None,
            "sentences": both(self.sentences()),
        }

    @property
    def binding(self) -> tuple[Binding, ...]:
        """What narrowed the field and what decided."""
        return bindings(self.open, self.full, self.excluded)

    @property
    def bound(self) -> bool:
        """Whether the plan's task, not the lowest score, tells who has the account."""
        return self.decision.reason in TASK_BOUND

    def sentences(self) -> Iterator[Sentence]:
        """The decision in plain words, people by code."""
        codes = {each.entry.id: each.entry.code for each in (*self.open, *self.full, *self.excluded)}
        owner = codes.get(self.decision.winner or "")
        if owner is None:
            yield filled(WAITS, account=self.code)
        else:
            yield filled(WENT, account=self.code, person=owner, number=len(self.open))
        yield reason_sentence(self.decision.reason)
        if self.open and self.decision.margin is not None:
            said, margin = (LOWER if self.bound else AHEAD), abs(self.decision.margin)
            yield filled(said, points=self.open[0].points(margin), person=codes[self.decision.runner_up or ""])
            winner = next(each for each in self.open if each.entry.id == self.decision.winner)
            yield arithmetic(SCORE, winner)
        yield from (one.sentence() for one in self.binding)
        if self.waiting:
            yield remedy_sentence(self.waiting)

    def _standing(self, each: Candidacy, rank: int | None) -> dict[str, Any]:
        """A candidate's rank, score, what they carried before, and the caps in their way, also in words."""
        return {
            "rank": rank,
            **each.arithmetic(),
            "load_before": self.carried[each.person],
            "blocked_by": [failed_mapping(failed) for failed in each.full],
            "sentence": self._standing_sentence(each, rank)._asdict(),
        }

    def _standing_sentence(self, each: Candidacy, rank: int | None) -> Sentence:
        """Why the account went to a candidate, or did not: the distance and its arithmetic, or the lack of room."""
        if rank is None:
            return arithmetic(NO_ROOM, each)
        if rank == 1:
            return arithmetic(FIRST, each, number=len(self.open))
        behind = each.points(each.score - self.open[0].score, 2)
        return arithmetic(STANDING, each, rank=rank, number=len(self.open), points=behind)


WENT = Sentence(
    "{account} is served by {person}; people who could serve it and had room: {number}.",
    "{account} 由 {person} 负责；符合条件且有余量者共 {number} 人。",
)
WAITS = Sentence("{account} waits for an owner.", "{account} 等待负责人。")
LOWER = Sentence(
    "The lowest score was that of {person}, {points} points lower.", "得分最低者为 {person}，低 {points} 分。"
)
AHEAD = Sentence("The next was {person}, {points} points higher.", "其次为 {person}，高 {points} 分。")
SCORE = Sentence("The winning score: {parts} = {score} points.", "获得者得分：{parts} = {score} 分。")
FIRST = Sentence(
    "Number 1 of {number}, the lowest score: {parts} = {score} points.",
    "在 {number} 人中排第 1，得分最低：{parts} = {score} 分。",
)
STANDING = Sentence(
    "Number {rank} of {number}, {points} points above the lowest score: {parts} = {score} points.",
    "在 {number} 人中排第 {rank}，比最低得分高 {points} 分：{parts} = {score} 分。",
)
NO_ROOM = Sentence(
    "No room; the score would be: {parts} = {score} points.", "没有余量；若有余量，得分为：{parts} = {score} 分。"
)


def explain(ledger: Ledger, account_id: str, kind: str = "plan") -> Explanation:
    """The full explanation of an account's decision on this ledger, which is left as it was.

    The ledger of a plan's decision has the plan's owners, that of a routing the owners whom its snapshot tells; then
    the decision equals the stored one to the bit. KeyError when the snapshot does not know the account.
    """
    instance = ledger.instance
    account = instance.account_numbers[account_id]
    decision = decide(ledger, account, kind)
    with ledger.without(account) as holder:
        people = range(len(instance.snapshot.people))
        standing = [candidacy(ledger, account, person, holder) for person in people]
        carried = {person: _carried(ledger, person) for person in people}
    return Explanation(
        code=instance.snapshot.accounts[account].code,
        decision=decision,
        open=tuple(sorted((each for each in standing if each.open), key=lambda each: each.key)),
        full=tuple(each for each in standing if each.full and not each.failed),
        excluded=tuple(each for each in standing if each.failed),
        carried=carried,
        waiting=waiting_for(ledger, account) if decision.winner is None else None,
    )


def decision_mapping(decision: Decision) -> dict[str, Any]:
    """A decision as plain JSON data; the margin, which may pass 2^53, as a string."""
    return {**vars(decision), "margin": None if decision.margin is None else str(decision.margin)}


def arithmetic(wording: Sentence, each: Candidacy, **more: str | int) -> Sentence:
    """The one line of arithmetic of a score."""
    named = [(load_name(name), each.points(score, 2)) for name, score in each.parts if score]
    told = [(name, f"({points})" if points.startswith("-") else points) for name, points in named]
    said = [" + ".join(f"{name[at]} {points}" for name, points in told) for at in range(len(Sentence._fields))]
    parts = Sentence(*(each or "0" for each in said))
    return filled(wording, parts=parts, score=each.points(each.score, 2), **more)


def _carried(ledger: Ledger, person: int) -> dict[str, str]:
    """What a person has of each load, in fair shares for their weight (ℓ); 0 for one who takes no part."""
    instance = ledger.instance
    weight = int(instance.weights[person])
    return {
        part.name: decimal(Fraction(load * MILLION, weight << instance.scale.share_bits)) if weight else decimal(0)
        for part, load in zip(instance.dimensions, ledger.carried[person].tolist(), strict=True)
    }


def _named(each: Candidacy) -> dict[str, str]:
    """Who a candidate is."""
    return {"person_id": each.entry.id, "code": each.entry.code}
