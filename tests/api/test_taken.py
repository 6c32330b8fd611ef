"""What is taken already is told by the field, never by the constraint, and not by whom."""

import pytest
from sqlalchemy import UniqueConstraint

from service.http.database_errors import BY_CONSTRAINT, TAKEN
from service.models import Base
from tests.house import House

# Constraints on what no request names: made up by the service, or asked for under a lock.
INTERNAL = {
    "uq_account_divisions_account_id",
    "uq_account_memberships_current",
    "uq_account_tiers_current",
    "uq_api_keys_secret_hash",
    "uq_appeal_verdicts_appeal_id_instance",
    "uq_archive_items_code",
    "uq_archive_versions_number",
    "uq_archive_versions_object_key",
    "uq_audit_checkpoints_size",
    "uq_audit_entries_id",
    "uq_audit_leaves_position",
    "uq_decisions_plan",
    "uq_imports_object_key",
    "uq_incidents_loan_id",
    "uq_invitations_token_hash",
    "uq_ledgers_snapshot",
    "uq_mediations_open",
    "uq_notices_staff_id_event_id",
    "uq_reading_views_mark",
    "uq_refresh_tokens_token_hash",
    "uq_review_opinions_review_id_staff_id",
    "uq_rulebook_tests_rulebook_id_account_id_staff_id",
    "uq_rulebooks_precedent",
    "uq_stage_duties_current",
    "uq_tasks_stage",
}


def test_every_unique_constraint_is_told_by_its_fields_or_never_reached() -> None:
    tables = Base.metadata.tables.values()
    names = {index.name for table in tables for index in table.indexes if index.unique}
    names |= {one.name for table in tables for one in table.constraints if isinstance(one, UniqueConstraint)}
    told = TAKEN.keys() | BY_CONSTRAINT.keys() | INTERNAL
    missing = {name for name in names if name not in told}
    assert not missing
    assert not (TAKEN.keys() | INTERNAL) - names, "a constraint that is no more"


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("en", "Something with this name or code exists already.", "Something else has this already."),
        ("zh-CN", "已存在同名或同编号的记录。", "该值已被占用。"),
    ],
)
async def test_a_code_that_is_taken_is_told_by_its_field(house: House, language: str, title: str, detail: str) -> None:
    hidden = await house.account(code="HIDDEN-1")
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager, **{"Accept-Language": language}) as client:
        assert (await client.get(f"/v1/accounts/{hidden}")).status_code == 404
        refused = await client.post("/v1/accounts", json={"name": "新客户", "code": "HIDDEN-1"})
    told = refused.json()
    assert (refused.status_code, told["code"], told["title"], told["detail"]) == (409, "already_exists", title, title)
    assert told["errors"] == [{"pointer": "/code", "code": "already_taken", "detail": detail}]
    assert "uq_" not in refused.text
    assert str(hidden) not in refused.text
