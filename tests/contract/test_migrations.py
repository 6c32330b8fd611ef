"""Migrations: one line of them, up and down and up again, and the models are what they make."""

import ast
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
