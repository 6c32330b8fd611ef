"""What was binding in a decision: rules that narrowed the field, caps, and the part of the score that decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.distribution.candidacy import Candidacy
from service.domain.distribution.eligibility import Rule
from service.domain.distribution.wording import RULES, filled, load_name
from service.errors import Sentence

EXCLUDED = Sentence("People excluded by the rule on {name}: {people}.", "{name}规则排除了 {people} 人。")
CAPPED = Sentence(
    "People with a lower score to whom the {name} left no room: {people}.",
    "因{name}，得分更低的 {people} 人没有余量。",
)
DECIDED = Sentence("What decided between the first two was: {name}.", "前两名之间的决定因素：{name}。")
AGAINST = Sentence("What weighed most against you was: {name}.", "对您最不利的因素：{name}。")
FOR = Sentence("What spoke most for you was: {name}.", "对您最有利的因素：{name}。")
SAYINGS = {"hard_rule": EXCLUDED, "cap": CAPPED, "decisive": DECIDED, "against": AGAINST, "for": FOR}


@dataclass(frozen=True)
class Binding:
    """One thing that bound: a hard_rule or cap with how many people, or the part of the score that was decisive.

    `kind`: hard_rule, cap, decisive, against (you) or for (you); `name`: a rule or a part of the score.
    """

    kind: str
    name: str
    people: int | None = None

    def sentence(self) -> Sentence:
        """In words."""
        named = RULES[Rule(self.name)] if self.kind in {"hard_rule", "cap"} else load_name(self.name)
        return filled(SAYINGS[self.kind], name=named, people=self.people or 0)

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**vars(self), "text": self.sentence()._asdict()}


def bindings(
    open_people: Sequence[Candidacy], full: Sequence[Candidacy], excluded: Sequence[Candidacy]
) -> tuple[Binding, ...]:
    """What bound a decision; `open_people` are ranked by score, the best first."""
    rules = Counter(each.failed[0].rule for each in excluded)
    better = [each for each in full if not open_people or each.score < open_people[0].score]
    caps = Counter(each.full[0].rule for each in better)
    decisive = _apart(*open_people[:2]) if len(open_people) > 1 else ()
    return (
        *(Binding("hard_rule", str(rule), rules[rule]) for rule in Rule if rules[rule]),
        *(Binding("cap", str(rule), caps[rule]) for rule in Rule if caps[rule]),
        *(Binding("decisive", name) for name in decisive),
    )


def own_bindings(own: Candidacy, open_people: Sequence[Candidacy]) -> tuple[Binding, ...]:
    """The part of the score that spoke most for a winner, or against somebody who lost; no amounts, no names."""
    if not own.open or len(open_people) < 2:
        return ()
    if own == open_people[0]:
        return tuple(Binding("for", name) for name in _apart(own, open_people[1]))
    return tuple(Binding("against", name) for name in _apart(open_people[0], own))


def _apart(better: Candidacy, worse: Candidacy) -> tuple[str, ...]:
    """The part in which the one is farthest ahead of the other; none where no part differs."""
    ahead = {name: score - dict(better.parts)[name] for name, score in worse.parts}
    name = max(ahead, key=lambda name: ahead[name])
    return (name,) if ahead[name] > 0 else ()
