"""Checks an exported plan without Evenhand, in exact arithmetic and with numpy alone: python verify_plan.py FILE."""

import json
import sys
from fractions import Fraction
from hashlib import sha256
from math import ceil
from pathlib import Path

import numpy as np

FULL, MILLION, COVERED = 10_000, 10**6, (("region", "regions"), ("industry", "industries"))


def nearest(over: int, under: int) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * over + under) // (2 * under)


def digest(value: object) -> str:
    """SHA-256 of canonical JSON (RFC 8785; the keys here sort alike in UTF-8 and UTF-16)."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


class Case:
    """A snapshot and the owners that a plan gives, as numbers."""

    def __init__(self, snapshot: dict, plan: dict) -> None:
        self.accounts, self.people, self.book = snapshot["accounts"], snapshot["people"], snapshot["rulebook"]
        task, number = snapshot.get("task", {}), {p["id"]: at for at, p in enumerate(self.people)}
        leaver = task["person_id"] if task.get("mode") == "leaver" else None
        parts = [0 if p["id"] == leaver else p["fte_permille"] * p["availability_permille"] for p in self.people]
        self.weight = [part if part >= FULL else 0 for part in parts]
        given = {one["account_id"]: one for one in plan["placements"]}
        resting = {"pinned", "held_back", "giant"} | (set() if task.get("most_moves") is not None else {"left"})
        self.owner = [number[given[a["id"]]["person_id"]] if a["id"] in given else -1 for a in self.accounts]
        self.fixed = [a["id"] in given and given[a["id"]]["basis"] in resting for a in self.accounts]
        self.free = [not fixed and not a["held_back"] for a, fixed in zip(self.accounts, self.fixed)]
        self.standing = [number.get(a["owner"], -1) for a in self.accounts]
        self.blocked = {(b["account_id"], b["person_id"]) for b in self.book["hard_rules"]["blocked_pairs"]}
        self.rows: dict = {}
        self.row = [self.eligible(a) for a in self.accounts]
        balance, everyone = self.book["balance"], sum(self.weight)
        at_work = [fixed and self.weight[owner] > 0 for fixed, owner in zip(self.fixed, self.owner)]
        counted = [(free and len(row) > 0) or works for free, row, works in zip(self.free, self.row, at_work)]
        known = {"value": "value_minor", "workload": "workload_minutes"}
        points = [(n, balance[n], lambda a, n=n: (a[known[n]] or 0) if n in known else 1) for n in (*known, "count")]
        points += [("tier", each, lambda a, t=t: a["tier"] == t) for t, each in sorted(balance["top_tiers"].items())]
        columns = []
        for name, each, raw in points:
            loads = [int(raw(a)) if counts else 0 for a, counts in zip(self.accounts, counted)]
            if any(loads):
                may = {p for row, load in zip(self.row, loads) if load for p in row.tolist()}
                may |= {self.owner[at] for at, load in enumerate(loads) if load and self.fixed[at]}
                pool = sum(w for p, w in enumerate(self.weight) if name != "tier" or p in may)
                columns.append((nearest(each * everyone, pool), loads, pool, sum(loads)))
        fit = self.book["fit"]
        self.full, r = FULL * sum(fit.values()) or 1, [nearest(MILLION << 12, w) if w else 0 for w in self.weight]
        prices = (self.book["misfit_price"] if sum(fit.values()) else 0), self.book["move_price"]
        for bits in range(24, 0, -1):
            unit = max(1, nearest(everyone << (2 * bits + 12), MILLION * max(1, sum(counted)) * self.full))
            worst = unit * self.full * sum(prices)
            for gamma, loads, pool, total in columns:
                e, x = nearest(max(loads) * pool << bits, total * MILLION), nearest(pool << bits, MILLION) + len(loads)
                worst += gamma * e * ((2 * x + e) * max(r) + (1 << (bits + 13)))
            if worst < 2**61:
                break
        e = [[nearest(load * pool << bits, total * MILLION) for load in loads] for _, loads, pool, total in columns]
        self.e = np.array(e, np.int64).reshape(len(columns), len(self.accounts)).T
        self.gamma, self.r, self.target = [column[0] for column in columns], r, 1 << (bits + 13)
        self.part, self.move = unit * prices[0], unit * self.full * prices[1]
        self.values = np.sort([a["value_minor"] or 0 for a in self.accounts])

    def eligible(self, a: dict) -> np.ndarray:
        """Who may serve an account, caps apart."""
        blocked = tuple(p["id"] for p in self.people if (a["id"], p["id"]) in self.blocked) if self.blocked else ()
        key = (a["region"], a["industry"], tuple(a["products"]), a["tier"], blocked)
        if key not in self.rows:
            rules, wants = self.book["hard_rules"], set(a["products"])
            may = [
                self.weight[at] > 0
                and p["id"] not in blocked
                and all(not rules[one] or a[one] in [None, *p[many]] for one, many in COVERED)
                and (not rules["product"] or wants <= set(p["products"]))
                and p["experience_level"] >= rules["minimum_experience"].get(a["tier"], 1)
                for at, p in enumerate(self.people)
            ]
            self.rows[key] = np.flatnonzero(may)
        return self.rows[key]

    def costs(self, at: int) -> np.ndarray:
        """What an account costs each eligible person beside the loads."""
        a, fit, first = self.accounts[at], self.book["fit"], self.book["priority"]
        rank = FULL * int(np.searchsorted(self.values, a["value_minor"] or 0)) // max(1, len(self.accounts) - 1)
        intent = {"high": FULL, "medium": FULL // 2}.get(a["intent"], 0)
        high = first["value"] * rank + first["intent"] * intent + first["newness"] * FULL * a["is_new"]
        wanted, asked, found = 1 + 5 * (high // max(1, sum(first.values()))) // (FULL + 1), set(a["products"]), []
        for k in self.row[at].tolist():
            p = self.people[k]
            match = fit["geography"] * FULL * (a["region"] in [None, *p["regions"]])
            match += fit["industry"] * FULL * (a["industry"] in [None, *p["industries"]])
            match += fit["product"] * (FULL * len(asked & {*p["products"]}) // len(asked) if asked else FULL)
            match += fit["experience"] * (FULL - FULL // 4 * abs(p["experience_level"] - wanted))
            found.append(self.part * (self.full - match) + self.move * (self.standing[at] not in (-1, k)))
        return np.array(found, np.int64)

    def bound(self, prices: np.ndarray) -> tuple[int, Fraction]:
        """The plan's potential, and what the prices prove that no plan of these accounts can fall below."""
        base, all_, owner = *np.zeros((2, *prices.shape), np.int64), np.array(self.owner, np.int64)
        for carried, which in ((base, (owner >= 0) & np.array(self.fixed, bool)), (all_, owner >= 0)):
            np.add.at(carried, owner[which], self.e[which])
        curve = np.outer(np.array(self.r, np.int64), np.array(self.gamma, np.int64))
        room, potential, bound = np.zeros(base.shape, np.int64), 0, Fraction(0)
        for k, d in np.ndindex(*base.shape):
            c, p, b, x = (int(table[k, d]) for table in (curve, prices, base, all_))
            slope, aim = p + self.gamma[d] * self.target, self.gamma[d] * self.target
            room[k, d] = max(0, -(-slope // (2 * c)) - b) if c else 0
            potential += (c * x - aim) * x
            bound -= Fraction(slope * slope, 4 * c) - p * b if c and slope > 2 * c * b else (aim - c * b) * b
        for at in np.flatnonzero((owner >= 0) & np.array(self.free, bool)):
            row, costs, e = self.row[at], self.costs(at), self.e[at]
            potential += int(costs[np.searchsorted(row, self.owner[at])])
            bound += int((costs + prices[row] @ e + (curve[row] * np.maximum(0, e - room[row]) ** 2).sum(axis=1)).min())
        return potential, bound


export = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
snapshot, plan, certificate = export["snapshot"], export["plan"], export["certificate"]
case, caps = Case(snapshot, plan), snapshot["rulebook"]["hard_rules"]
owner, minutes = np.array(case.owner), np.array([a["workload_minutes"] for a in case.accounts])
limits = {"max_accounts": (caps["count_cap"], minutes * 0 + 1), "max_workload_minutes": (caps["workload_cap"], minutes)}
prices = np.array([[*map(int, row)] for row in certificate["prices"]], np.int64).reshape(len(case.r), len(case.gamma))
potential, bound = case.bound(prices)
checks = {
    "the plan names this snapshot": digest(snapshot) == plan["snapshot_sha256"],
    "nobody has an account that a hard rule forbids": all(
        one in case.row[at] for at, one in enumerate(case.owner) if one >= 0 and case.free[at]
    ),
    "nobody was given an account beyond a cap": all(
        not applies or case.people[k][name] is None or sizes[owner == k].sum() <= case.people[k][name]
        for k in {*owner[owner != case.standing].tolist()} - {-1}
        for name, (applies, sizes) in limits.items()
    ),
    "the plan's potential is as certified": potential == int(certificate["potential"]),
    "the prices prove the bound": bound <= potential and ceil(bound) == int(certificate["bound"]),
}
told = (f"{'ok ' if holds else 'NO '} {name}" for name, holds in checks.items())
print(f"snapshot {digest(snapshot)}", f"plan     {digest(plan)}", *told, sep="\n")
sys.exit(not all(checks.values()))
