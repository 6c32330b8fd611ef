"""Why me, or why not me: one person's own answer about a decision, other people being ranks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.domain.distribution.binding import Binding, own_bindings
from service.domain.distribution.candidacy import Candidacy
from service.domain.distribution.explanation import Explanation, arithmetic, explain
from service.domain.distribution.flips import Flip, flips
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.wording import (
    REASONS,
    both,
    failed_mapping,
    failed_sentence,
    filled,
    joined,
    reason_sentence,
)
from service.errors import Sentence


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
            yield arithmetic(YOUR_SCORE, self.own)
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
    "excluded": Sentence("{account} {missed}: a hard rule excludes it.", "{account} {missed}：不符合硬性规则。"),
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
BY_HASH = REASONS["tie_broken_by_hash"]
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


def _outcome(ledger: Ledger, explanation: Explanation, own: Candidacy) -> str:
    """How a decision ended for one person."""
    account = ledger.instance.account_numbers[explanation.decision.account_id]
    if explanation.bound or not ledger.instance.roll.free[account]:
        return "not_ruled"
    if own.failed or own.full:
        return "excluded" if own.failed else "no_room"
    return "won" if explanation.decision.winner == own.entry.id else "lost"
