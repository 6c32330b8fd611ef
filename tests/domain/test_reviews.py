"""What the findings of a review suggest."""

from typing import Any

from service.domain.reviews import suggestions

NOTHING: dict[str, Any] = {
    "fairness": None,
    "freshness": {"cards_due": 0, "held_back": 0},
    "results": {"visits_due": 0, "visits_made": 0, "tasks_overdue": 0},
    "feedback": {"appeals_upheld": 0, "appeals_decided": 0},
}


def codes(limit: int = 10, **found: Any) -> list[str]:
    return [one["code"] for one in suggestions(NOTHING | found, limit)]


def risen(points: str | None) -> dict[str, Any]:
    return {"dimensions": [{"name": "value", "rise_percent": points}]}


def test_where_nothing_is_found_things_stay_as_they_are() -> None:
    assert codes() == ["keep"]


def test_a_load_that_drifted_beyond_the_limit_suggests_a_rebalancing() -> None:
    assert codes(fairness=risen("10.1")) == ["rebalance"]
    for points in ("10", "-30", None):
        assert codes(fairness=risen(points)) == ["keep"]
    assert codes(limit=20, fairness=risen("10.1")) == ["keep"]


def test_old_data_missed_visits_and_upheld_appeals_each_suggest_something() -> None:
    assert codes(freshness={"cards_due": 1, "held_back": 0}) == ["check_data"]
    assert codes(freshness={"cards_due": 0, "held_back": 1}) == ["check_data"]
    assert codes(results={"visits_due": 2, "visits_made": 1, "tasks_overdue": 0}) == ["follow_up"]
    assert codes(results={"visits_due": 1, "visits_made": 2, "tasks_overdue": 0}) == ["keep"]
    assert codes(results={"visits_due": 0, "visits_made": 0, "tasks_overdue": 3}) == ["follow_up"]
    assert codes(feedback={"appeals_upheld": 1, "appeals_decided": 4}) == ["amend_rulebook"]


def test_each_suggestion_speaks_both_languages() -> None:
    [told] = suggestions(NOTHING | {"feedback": {"appeals_upheld": 1, "appeals_decided": 4}}, 10)
    assert told["text"]["en"].startswith("Appeals found right: 1 of 4.")
    assert told["text"]["zh"].startswith("4 件申诉中有 1 件成立")
