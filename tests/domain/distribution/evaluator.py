"""An independent evaluator: the published rule in plain integers, from the canonical bytes of a snapshot alone."""

import json
from fractions import Fraction
from hashlib import blake2b, sha256
from math import floor

FULL = 10_000


def nearest(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


class Evaluator:
    """Shares no code with the engine; keeps no classes and no ledger."""

    def __init__(self, content: bytes) -> None:
        data = json.loads(content)
        self.accounts, self.people, self.book = data["accounts"], data["people"], data["rulebook"]
        self.key = sha256(f"{self.book['tie_key']}\n{data['cycle']}".encode()).digest()
        parts = {p["id"]: p["fte_permille"] * p["availability_permille"] for p in self.people}
        self.weight = {p: Fraction(part, 10**6) if part >= 10**4 else Fraction(0) for p, part in parts.items()}
        self.r = {p: nearest(4096 / weight) if weight else 0 for p, weight in self.weight.items()}
        kept = [a for a in self.accounts if (a["pinned"] or a["held_back"]) and a["owner"] in self.weight]
        self.kept = {a["id"]: a["owner"] for a in kept}
        self.free = [a for a in self.accounts if a["id"] not in self.kept and not a["held_back"]]
        served = [a for a in self.free if any(self.may(a, p) for p in self.people)]
        self.counted = served + [a for a in kept if self.weight[a["owner"]]]
        weights = sum(self.book["fit"].values())
        self.full, self.beta = FULL * weights or 1, self.book["misfit_price"] if weights else 0
        self.bits = next(bits for bits in range(24, 0, -1) if self.bound(1 << bits) < 2**61)
        if self.book["giants"]["stay"]:
            at_home = [a for a in self.free if self.giant(a) and any(self.may(a, p) for p in self.owners_of(a))]
            self.kept |= {a["id"]: a["owner"] for a in at_home}
            self.free = [a for a in self.free if a["id"] not in self.kept]

    def owners_of(self, a: dict) -> list[dict]:
        return [p for p in self.people if p["id"] == a["owner"]]

    def giant(self, a: dict) -> bool:
        """Whether it alone is more than the rulebook's part of a full-time share of value or hours."""
        everyone, limit = sum(self.weight.values(), Fraction(0)), Fraction(self.book["giants"]["percent"], 100)
        totals = {name: sum(self.load(name, b) for b in self.counted) for name in ("value", "workload")}
        counts = any(b["id"] == a["id"] for b in self.counted)
        return counts and any(total and self.load(name, a) * everyone > limit * total for name, total in totals.items())

    def load(self, name: str, a: dict) -> int:
        known = {"value": a["value_minor"] or 0, "workload": a["workload_minutes"], "count": 1}
        return known.get(name, int(name == f"tier:{a['tier']}"))

    def bound(self, one: int) -> int:
        """Everything at one precision, and what no score exceeds."""
        everyone = sum(self.weight.values(), Fraction(0))
        self.unit = max(1, nearest(everyone * one * one * 4096 / (max(1, len(self.counted)) * self.full)))
        bound, self.e, self.gamma = self.unit * self.full * (self.beta + self.book["move_price"]), {}, {}
        balance = self.book["balance"]
        points = {name: balance[name] for name in ("value", "workload", "count")}
        points |= {f"tier:{code}": weight for code, weight in balance["top_tiers"].items()}
        for name in points:
            loaded = [a for a in self.counted if self.load(name, a)]
            if loaded:
                carriers = [p for p in self.people if name[:5] != "tier:" or any(self.could(a, p) for a in loaded)]
                pool, total = sum(self.weight[p["id"]] for p in carriers), sum(self.load(name, a) for a in loaded)
                self.gamma[name] = nearest(points[name] * everyone / pool)
                self.e[name] = {a["id"]: nearest(self.load(name, a) * pool * one / total) for a in loaded}
                most, total_e = max(self.e[name].values()), nearest(pool * one) + len(self.accounts)
                bound += self.gamma[name] * most * ((2 * total_e + most) * max(self.r.values()) + 8192 * one)
        return bound

    def could(self, a: dict, p: dict) -> bool:
        return self.may(a, p) or self.kept.get(a["id"]) == p["id"]

    def may(self, a: dict, p: dict) -> bool:
        """The hard rules, caps apart."""
        rules = self.book["hard_rules"]
        return (
            self.weight[p["id"]] > 0
            and {"account_id": a["id"], "person_id": p["id"]} not in rules["blocked_pairs"]
            and (not rules["region"] or a["region"] in [None, *p["regions"]])
            and (not rules["industry"] or a["industry"] in [None, *p["industries"]])
            and (not rules["product"] or set(a["products"]) <= set(p["products"]))
            and p["experience_level"] >= rules["minimum_experience"].get(a["tier"], 1)
        )

    def room(self, a: dict, p: dict, owners: dict) -> bool:
        """The caps, given what the person has without this account."""
        has = [b for b in self.accounts if b["id"] != a["id"] and owners.get(b["id"]) == p["id"]]
        minutes, rules = sum(b["workload_minutes"] for b in [a, *has]), self.book["hard_rules"]
        fits = not rules["count_cap"] or p["max_accounts"] is None or len(has) < p["max_accounts"]
        most = p["max_workload_minutes"]
        return owners.get(a["id"]) == p["id"] or (
            fits and (not rules["workload_cap"] or most is None or minutes <= most)
        )

    def fit(self, a: dict, p: dict) -> int:
        weights, asked = self.book["fit"], set(a["products"])
        return (
            weights["geography"] * FULL * (a["region"] in [None, *p["regions"]])
            + weights["industry"] * FULL * (a["industry"] in [None, *p["industries"]])
            + weights["product"] * (FULL * len(asked & set(p["products"])) // len(asked) if asked else FULL)
            + weights["experience"] * (FULL - 2_500 * abs(p["experience_level"] - self.wanted(a)))
        )

    def wanted(self, a: dict) -> int:
        """The level that an account's priority calls for."""
        weights, values = self.book["priority"], [b["value_minor"] or 0 for b in self.accounts]
        rank = FULL * sum(value < (a["value_minor"] or 0) for value in values) // max(1, len(values) - 1)
        intent = {"high": FULL, "medium": FULL // 2}.get(a["intent"], 0)
        sum_of = weights["value"] * rank + weights["intent"] * intent + weights["newness"] * FULL * a["is_new"]
        return 1 + 5 * (sum_of // max(1, sum(weights.values()))) // (FULL + 1)

    def carried(self, name: str, a: dict, p: dict, owners: dict) -> int:
        return sum(e for b, e in self.e[name].items() if b != a["id"] and owners.get(b) == p["id"])

    def score(self, a: dict, p: dict, owners: dict) -> int:
        z = self.unit * self.beta * (self.full - self.fit(a, p))
        z += self.unit * self.full * self.book["move_price"] * (a["owner"] in self.weight and a["owner"] != p["id"])
        for name, loads in self.e.items():
            e, x = loads.get(a["id"], 0), self.carried(name, a, p, owners)
            z += self.gamma[name] * e * ((2 * x + e) * self.r[p["id"]] - (1 << (self.bits + 13)))
        return z

    def word(self, kind: str, id_: str) -> int:
        return int.from_bytes(blake2b(id_.encode(), key=self.key, digest_size=8, person=kind.encode()).digest())

    def tie(self, a: dict, p: dict) -> int:
        word = self.word("account", a["id"]) ^ self.word("person", p["id"])
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
        return word ^ word >> 31

    def decide(self, a: dict, owners: dict) -> tuple[str | None, str | None, int | None]:
        """Winner, runner-up and margin, everybody else keeping what they have."""
        field = [p for p in self.people if self.may(a, p) and self.room(a, p, owners)]
        ranked = sorted((self.score(a, p, owners), self.tie(a, p), p["id"]) for p in field)
        first, second = [*ranked, (None,) * 3, (None,) * 3][:2]
        return first[2], second[2], second[0] - first[0] if second[2] else None
