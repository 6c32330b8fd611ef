import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.domain.canonical import LARGEST_INTEGER, canonical_json, trusted_json

WHOLE = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
DATA = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(DATA)
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(DATA)
def test_reading_the_bytes_gives_the_value_back(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


def test_keys_are_ordered_by_utf_16_units_not_by_code_points() -> None:
    assert canonical_json({"\uff5e": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff5e":1}'.encode()


@pytest.mark.parametrize("value", [1.5, LARGEST_INTEGER + 1, {1: 2}, "\ud800", {"\ud800": 1}, object(), float("nan")])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_json([value])


CHECKED = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(CHECKED)
def test_checked_data_are_written_to_the_same_bytes(value: object) -> None:
    assert trusted_json(value) == canonical_json(value)


def test_integers_that_json_does_not_carry_safely_are_refused_even_when_trusted() -> None:
    with pytest.raises(ValueError, match="53-bit"):
        trusted_json({"a": LARGEST_INTEGER + 1})
