import pytest

from service.domain.appeals import AppealSettings
from service.domain.company_settings import KNOWN_SETTINGS
from service.domain.interactions import InteractionSettings
from service.domain.invalid import InvalidInput


def test_defaults_are_those_of_the_rules_and_lie_within_their_limits() -> None:
    for known in KNOWN_SETTINGS.values():
        known.check(known.default)
    assert KNOWN_SETTINGS["appeal_filing_working_days"].default == AppealSettings().filing_working_days == 10
    assert KNOWN_SETTINGS["appeal_decision_working_days"].default == AppealSettings().decision_working_days == 5
    assert KNOWN_SETTINGS["interaction_edit_hours"].default == InteractionSettings().edit_hours == 24
    assert KNOWN_SETTINGS["card_check_months"].default == 2


def test_a_number_beyond_a_limit_is_refused_at_its_place() -> None:
    for known in KNOWN_SETTINGS.values():
        for beyond in (known.minimum - 1, known.maximum + 1):
            with pytest.raises(InvalidInput) as refused:
                known.check(beyond)
            assert refused.value.errors[0].pointer == "/value"
