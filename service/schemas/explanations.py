"""Explanations as JSON: the whole decision, or one person's own part of it."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import View
from service.schemas.wording import Wording


class ScorePart(View):
    """One part of a score."""

    name: str = Field(description="A load (value, workload, count, tier:<code>), misfit or move.")
    points: str
    raw: str = Field(description="The same in score units, a whole number.")


class BlockedBy(View):
    """A rule that stands in somebody's way."""

    rule: str
    required: Any
    actual: Any


class Arithmetic(View):
    """A score and its parts."""

    score: str = Field(description="In points; the lowest wins.")
    raw_score: str = Field(description="In score units, a whole number: exact.")
    parts: list[ScorePart]
    match: dict[str, str] = Field(description="Geography, product, industry and experience, each from 0 to 1.")
    load_before: dict[str, str] = Field(description="What the person had of each load without this account.")


class CandidateView(Arithmetic):
    """Somebody who might serve the account."""

    person_id: UUID
    code: str
    rank: int | None = Field(description="By score, 1 being the lowest; null without room.")
    blocked_by: list[BlockedBy] = Field(description="Caps that leave no room.")


class ExcludedView(BlockedBy):
    """Somebody whom a hard rule excludes: the first that does."""

    person_id: UUID
    code: str


class DecidedView(View):
    """The decision as it was stored."""

    snapshot_sha256: str
    rulebook_id: UUID
    rulebook_version: int
    engine_version: str
    account_id: UUID
    position: int
    kind: str
    winner: UUID | None
    runner_up: UUID | None
    margin: str | None
    reason: str
    remedy: str | None


class WaitingView(View):
    """Why the account waits, and what would help."""

    account_id: UUID
    reason: str
    remedy: str
    detail: dict[str, Any]


class BindingView(View):
    """Something that was binding."""

    kind: str = Field(description="hard_rule, cap, decisive (between the first two), for you, or against you.")
    name: str = Field(description="A rule, or a part of the score.")
    people: int | None = Field(description="How many people a rule or cap kept from it.")
    text: Wording


class FullExplanation(View):
    """Everything behind a decision, recomputed from its snapshot and equal to what was stored."""

    account_id: UUID
    account_code: str
    decision: DecidedView
    candidates: list[CandidateView]
    excluded: list[ExcludedView]
    binding: list[BindingView] = Field(description="What narrowed the field, and what decided.")
    waiting: WaitingView | None
    sentences: list[Wording]


class OtherRank(View):
    """Somebody else, who is a rank and nothing more."""

    rank: int


class ChangeView(View):
    """One thing that would be different."""

    field: str = Field(description="A field of yours, or load:<name> in fair shares.")
    before: Any
    after: Any


class FlipView(View):
    """Changes of your own data that together would have turned the decision."""

    changes: list[ChangeView]


class OwnExplanation(View):
    """Why me, or why not me."""

    account_id: UUID
    account_code: str
    outcome: str = Field(description="won, lost, no_room, excluded or not_ruled.")
    reason: str
    rank: int | None
    candidates: int = Field(description="How many could serve the account and had room.")
    others: list[OtherRank]
    own: Arithmetic | None = Field(description="Null where a rule excluded you.")
    failed: list[BlockedBy]
    binding: list[BindingView] = Field(description="What spoke most for or against you; no amounts, nobody named.")
    flips: list[FlipView] = Field(description="The smallest change first.")
    sentences: list[Wording]


class ByHand(View):
    """An assignment for which no rule was asked."""

    reason: str | None
    assigned_by: UUID | None
    sentences: list[Wording]


class CountedWith(View):
    """Another account that counted as one with this: of the same region, industry and owner."""

    account_id: UUID
    account_code: str
    because: str = Field(
        description="same_name: apart from legal form, punctuation and case; group: they, or namesakes of "
        "theirs, have a parent in common."
    )


class ExplanationView(View):
    """Why an account went where it went, as far as it is yours to know."""

    assignment_id: UUID
    account_id: UUID
    account_code: str
    origin: str
    full: FullExplanation | None = Field(description="For line, leaders, auditor and the reviewer of an appeal.")
    own: OwnExplanation | None = Field(description="For whoever was considered, eligible or excluded.")
    by_hand: ByHand | None = Field(description="For an assignment that no rule made.")
    counted_with: list[CountedWith] = Field(
        description="What was split or entered twice and you may see; empty for whoever may not read `full`."
    )
