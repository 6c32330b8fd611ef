"""How work tells how far it is."""

import pytest

from service.domain.progress import telling


def test_things_are_told_of_now_and_then_while_they_are_asked_for() -> None:
    told: list[tuple[str, int, int]] = []
    things = telling(range(2500), lambda *one: told.append(one), "starting", 5000, before=2500)
    assert next(things) == 0
    assert told == []
    assert list(things) == list(range(1, 2500))
    assert told == [("starting", 3000, 5000), ("starting", 4000, 5000)]


def test_what_hears_of_progress_ends_the_work_by_raising() -> None:
    def called_off(phase: str, done: int, total: int) -> None:
        raise KeyError(phase)

    with pytest.raises(KeyError):
        list(telling([1], called_off, "ending", 1))
