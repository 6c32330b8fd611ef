"""Migrations: one line of them, up and down and up again, and the models are what they make."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from service.adapters.postgres import EmbeddedPostgres
from service.migrations import ALEMBIC, configuration, schema_head

DATABASE = "evenhand_migrations"


@pytest.fixture
def config(postgres: EmbeddedPostgres) -> Iterator[Config]:
    postgres.create_database(DATABASE)
    urls = postgres.urls(DATABASE)
    yield configuration(urls.service, urls.migration)
    postgres.drop_database(DATABASE)


def test_the_schema_goes_up_and_down_and_up_again(config: Config, postgres: EmbeddedPostgres) -> None:
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    left = postgres.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'S', 'v') AND c.relname <> 'alembic_version'"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')",
        DATABASE,
    )
    assert left == "0"
    command.upgrade(config, "head")


def test_a_what_if_of_before_is_told_in_the_words_of_the_api(config: Config, postgres: EmbeddedPostgres) -> None:
    before = {
        "definition": {"balance": {"value": 0}},
        "people": [
            {"id": "p", "fte_permille": 500, "availability_permille": 0, "regions": ["华东"]},
            {"id": "q", "availability_permille": 1000, "max_workload_minutes": 2400},
        ],
        "added_people": [{"id": "n", "code": "NEW-1", "fte_permille": 1000, "max_accounts": 9}],
        "accounts": [
            {"id": "a", "owner": None, "pinned": False, "value_minor": 500},
            {"id": "b", "region": None},
        ],
    }
    command.upgrade(config, "0027")
    columns = "id, name, rulebook_id, scheme_code, seed, state, counts, author_id, what_if"
    nobody = "gen_random_uuid()"
    postgres.execute(
        f"SET session_replication_role = replica; INSERT INTO distribution_plans ({columns}) VALUES ({nobody}, 'x',"
        f" {nobody}, 'abc', 'x', 'proposed', '{{}}', {nobody}, '{json.dumps(before)}')",
        DATABASE,
    )
    command.upgrade(config, "0028")
    assert json.loads(postgres.execute("SELECT what_if FROM distribution_plans", DATABASE)) == {
        "definition": {"balance": {"value": 0}},
        "people": [
            {"staff_id": "p", "fte": "0.500", "absent": True, "regions": ["华东"]},
            {"staff_id": "q", "absent": False, "max_workload_hours": 40},
        ],
        "added_people": [{"id": "n", "code": "NEW-1", "fte": "1.000", "max_accounts": 9}],
        "accounts": [
            {"account_id": "a", "owner_id": None, "potential_value_base": "5.00"},
            {"account_id": "b", "region": None},
        ],
    }
    command.downgrade(config, "0027")
    assert json.loads(postgres.execute("SELECT what_if FROM distribution_plans", DATABASE)) == before


def test_the_models_are_what_the_migrations_make(config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)


def test_there_is_one_newest_migration(config: Config) -> None:
    assert ScriptDirectory.from_config(config).get_heads() == [schema_head()]


def test_a_migration_never_imports_the_service() -> None:
    for path in (ALEMBIC / "versions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "service"], path.name


def test_the_service_role_owns_nothing_and_changes_no_evidence(config: Config, postgres: EmbeddedPostgres) -> None:
    command.upgrade(config, "head")
    owned = postgres.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'evenhand_app'",
        DATABASE,
    )
    assert owned == "0"
    for table in ("audit_entries", "outbox_messages", "audit_leaves", "audit_checkpoints"):
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            answer = postgres.execute(f"SELECT has_table_privilege('evenhand_app', '{table}', '{right}')", DATABASE)
            assert answer == "f", (table, right)


def test_lock_files_name_no_address() -> None:
    for path in Path().glob("*.lock"):
        assert not re.search(r"https?://", path.read_text(encoding="utf-8")), path
