"""The explanation of a decision, recomputed from snapshot and owners: in full, and for one candidate."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from service.domain.distribution.binding import Binding, bindings, own_bindings
from service.domain.distribution.candidacy import Candidacy, candidacy
from service.domain.distribution.deciding import TASK_BOUND, decide
from service.domain.distribution.decimals import decimal
from service.domain.distribution.decisions import Decision, Waiting
from service.domain.distribution.flips import Flip, flips
from service.domain.distribution.instance import MILLION
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.waiting import waiting_for
from service.domain.distribution.wording import (
    both,
    failed_mapping,
    failed_sentence,
    filled,
    joined,
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
            yield _arithmetic(SCORE, winner)
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
            return _arithmetic(NO_ROOM, each)
        behind = each.points(each.score - self.open[0].score, 2)
        return _arithmetic(STANDING, each, rank=rank, number=len(self.open), points=behind)


@dataclass(frozen=True)
class PersonalAnswer:
    """Why me, or why not me: one person's own view of a decision, other people being ranks.

    `outcome`: won, lost, no_room, excluded, or not_ruled when no score told who has the account: it was pinned, held
    back, at rest, or what the plan was asked to do bound it; `had_it`: whether it was theirs before.
    """

    explanation: Explanation
    own: Candidacy
    outcome: str
    rank: int | None
    flips: tuple[Flip, ...]
    had_it: bool

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data that names nobody else and tells nobody else's score."""
        decision = self.explanation.decision
        carried = self.explanation.carried[self.own.person]
        own = None if self.own.failed else {**self.own.arithmetic(), "load_before": carried}
        return {
            "account_id": decision.account_id,
            "account_code": self.explanation.code,
            "outcome": self.outcome,
            "reason": decision.reason,
            "rank": self.rank,
            "candidates": len(self.explanation.open),
            "others": [{"rank": rank} for rank in range(1, len(self.explanation.open) + 1) if rank != self.rank],
            "own": own,
            "failed": [failed_mapping(failed) for failed in (*self.own.failed, *self.own.full)],
            "binding": [one.to_mapping() for one in self.binding],
            "flips": [flip.to_mapping() for flip in self.flips],
            "sentences": both(self.sentences()),
        }

    @property
    def binding(self) -> tuple[Binding, ...]:
        """What spoke most for a winner, or against somebody who lost."""
        return own_bindings(self.own, self.explanation.open) if self.outcome in {"won", "lost"} else ()

    def sentences(self) -> Iterator[Sentence]:
        """The answer in plain words: the outcome, the one line of arithmetic, what was binding, what would turn it."""
        account, number = self.explanation.code, len(self.explanation.open)
        if self.outcome == "not_ruled":
            yield reason_sentence(self.explanation.decision.reason)
            return
        words = HAD if self.had_it else HAD_NOT
        yield filled(OUTCOMES[self.outcome], account=account, rank=self.rank or 0, number=number, **words)
        if self.outcome in {"won", "lost"}:
            yield from self._difference()
            yield _arithmetic(YOUR_SCORE, self.own)
        yield from (one.sentence() for one in self.binding)
        yield from (failed_sentence(failed) for failed in (*self.own.failed[:1], *self.own.full))
        if self.flips:
            changes = joined(change.sentence() for change in self.flips[0].changes)
            yield filled(WOULD_GO if self.outcome == "won" else WOULD_COME, changes=changes, **words)
        elif self.outcome != "won":
            yield NO_FLIP

    def _difference(self) -> Iterator[Sentence]:
        """How far the winner was ahead."""
        margin = self.explanation.decision.margin
        if self.outcome == "lost":
            gap = self.own.score - self.explanation.open[0].score
            yield filled(BEHIND, points=self.own.points(gap)) if gap else BY_HASH
        elif margin is not None:
            yield filled(IN_FRONT, points=self.own.points(margin)) if margin else BY_HASH


WENT = Sentence(
    "{account} went to {person}; people who could serve it and had room: {number}.",
    "{account} 归 {person}；符合条件且有余量者共 {number} 人。",
)
WAITS = Sentence("{account} waits for an owner.", "{account} 等待负责人。")
LOWER = Sentence(
    "The lowest score was that of {person}, {points} points lower.", "得分最低者为 {person}，低 {points} 分。"
)
AHEAD = Sentence("The next was {person}, {points} points higher.", "其次为 {person}，高 {points} 分。")
SCORE = Sentence("The winning score: {parts} = {score} points.", "获得者得分：{parts} = {score} 分。")
STANDING = Sentence(
    "Number {rank} of {number}, {points} points above the lowest score: {parts} = {score} points.",
    "在 {number} 人中排第 {rank}，比最低得分高 {points} 分：{parts} = {score} 分。",
)
NO_ROOM = Sentence("No room; with room: {parts} = {score} points.", "没有余量；若有余量：{parts} = {score} 分。")
YOUR_SCORE = Sentence("Your score: {parts} = {score} points.", "您的得分：{parts} = {score} 分。")
OUTCOMES = {
    "won": Sentence(
        "{account} {came}: your score was the lowest. People who could serve it and had room: {number}.",
        "{account} {came}：您的得分最低。符合条件且有余量者共 {number} 人。",
    ),
    "lost": Sentence(
        "{account} {missed}: your score was number {rank} of {number}, and the lowest wins.",
        "{account} {missed}：在 {number} 人中您的得分排第 {rank}，得分最低者获得。",
    ),
    "no_room": Sentence(
        "{account} {missed}: you may serve it, but you had no room.",
        "{account} {missed}：您符合条件，但没有余量。",
    ),
    "excluded": Sentence("{account} {missed}: a hard rule excludes it.", "{account} {missed}：硬性规则不允许。"),
}
WON = Sentence("{account} {came}: your score was the lowest.", "{account} {came}：您的得分最低。")
MISSED = Sentence("{account} {missed}.", "{account} {missed}。")
HAD_NOT = {
    "came": Sentence("came to you", "归您"),
    "missed": Sentence("did not come to you", "未归您"),
    "come": Sentence("come to you", "将归您"),
}
HAD = {
    "came": Sentence("stays with you", "继续由您负责"),
    "missed": Sentence("did not stay with you", "不再由您负责"),
    "come": Sentence("stayed with you", "将继续由您负责"),
}
"""How an account came or did not come, for somebody who did not have it before and for somebody who had it."""
BEHIND = Sentence("You were {points} points above the lowest score.", "您比最低得分高 {points} 分。")
IN_FRONT = Sentence("The next was {points} points higher.", "其次者高 {points} 分。")
LOWER_WON = Sentence(
    "The lowest score wins; yours was {points} points above it.", "得分最低者获得，您比最低得分高 {points} 分。"
)
BY_HASH = Sentence("The lowest scores were equal; the keyed hash parted them.", "最低得分相同，由带密钥的散列值决定。")
WOULD_COME = Sentence(
    "Everything else being equal, it would have {come} if {changes}.",
    "其他条件不变，若您{changes}，该客户{come}。",
)
WOULD_GO = Sentence(
    "Everything else being equal, it would have gone to the next if {changes}.",
    "其他条件不变，若您{changes}，该客户将归其次者。",
)
NO_FLIP = Sentence(
    "No single change of your own data would have turned that.",
    "仅改变您本人的任何一项数据，均不足以改变这一结果。",
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


def why(ledger: Ledger, account_id: str, person_id: str, kind: str = "plan") -> PersonalAnswer:
    """One person's own answer about an account; KeyError for an unknown account or person."""
    explanation = explain(ledger, account_id, kind)
    everybody = (*explanation.open, *explanation.full, *explanation.excluded)
    own = next(each for each in everybody if each.entry.id == person_id)
    ranks = {each.person: rank for rank, each in enumerate(explanation.open, 1)}
    outcome = _outcome(ledger, explanation, own)
    turned = () if outcome == "not_ruled" else flips(ledger, account_id, person_id)
    had_it = ledger.instance.snapshot.accounts[ledger.instance.account_numbers[account_id]].owner == person_id
    return PersonalAnswer(explanation, own, outcome, ranks.get(own.person), turned, had_it)


def told_shortly(own: Candidacy, winner: Candidacy | None, code: str, result: str, *, had_it: bool) -> Sentence:
    """Why an account did or did not come to somebody, without ranks, which would ask everybody's score.

    `result`: won, lost, no_room or excluded; `had_it`: whether it was theirs before.
    """
    reasons = [failed_sentence(one) for one in (*own.failed, *own.full)]
    if result == "lost" and winner is not None:
        gap = own.score - winner.score
        reasons = [filled(LOWER_WON, points=own.points(gap, 2))] if gap else [BY_HASH]
    opening = filled(WON if result == "won" else MISSED, account=code, **(HAD if had_it else HAD_NOT))
    parts = [opening, *reasons]
    return Sentence(" ".join(part.en for part in parts), "".join(part.zh for part in parts))


def decision_mapping(decision: Decision) -> dict[str, Any]:
    """A decision as plain JSON data; the margin, which may pass 2^53, as a string."""
    return {**vars(decision), "margin": None if decision.margin is None else str(decision.margin)}


def _outcome(ledger: Ledger, explanation: Explanation, own: Candidacy) -> str:
    """How a decision ended for one person."""
    account = ledger.instance.account_numbers[explanation.decision.account_id]
    if explanation.bound or not ledger.instance.roll.free[account]:
        return "not_ruled"
    if own.failed or own.full:
        return "excluded" if own.failed else "no_room"
    return "won" if explanation.decision.winner == own.entry.id else "lost"


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


def _arithmetic(wording: Sentence, each: Candidacy, **more: str | int) -> Sentence:
    """The one line of arithmetic of a score."""
    named = [(load_name(name), each.points(score, 2)) for name, score in each.parts if score]
    said = [" + ".join(f"{name[at]} {points}" for name, points in named) for at in range(len(Sentence._fields))]
    parts = Sentence(*(each or "0" for each in said))
    return filled(wording, parts=parts, score=each.points(each.score, 2), **more)
