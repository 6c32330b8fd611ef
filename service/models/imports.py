"""Files brought in, and what became of each of their rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, synonym

from service.models.base import Base, Versioned


class Import(Versioned, Base):
    """One file on its way in: how it is read, which column is which field, how far it is.

    `run` counts how often its rows were judged: a dry run and the real one have a report each. `mode`, `match_on` and
    `validate_only` are those of the last run, or of the next before there was one.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("mode IN ('atomic', 'partial')", name="mode"),
        CheckConstraint("match_on IN ('code', 'external_ref', 'name_region')", name="match_on"),
        CheckConstraint("target IN ('accounts', 'contacts', 'staff', 'tasks')", name="target"),
        CheckConstraint("decimal_mark IN ('.', ',')", name="decimal_mark"),
        CheckConstraint(
            "state IN ('received', 'awaiting_mapping', 'running', 'validated', 'completed', 'failed', 'cancelled')",
            name="state",
        ),
        Index("uq_imports_object_key", "object_key", unique=True),
    )

    target: Mapped[str]
    filename: Mapped[str]
    file_sha256: Mapped[str]
    file_size: Mapped[int]
    object_key: Mapped[str]
    format: Mapped[str]
    encoding: Mapped[str | None]
    sheet: Mapped[str | None]
    currency: Mapped[str]
    decimal_mark: Mapped[str | None]
    day_first: Mapped[bool | None]
    mode: Mapped[str]
    validate_only: Mapped[bool]
    match_on: Mapped[str]
    mapping: Mapped[list[dict[str, Any]]]
    notices: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    run: Mapped[int] = mapped_column(SmallInteger)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    counts: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[UUID] = mapped_column(index=True)


class ImportRow(Base):
    """What became of one row in one run: its outcome, what it concerns, what was wrong, every cell as it was typed.

    `cells` are in the order of the import's mapping; `kept` has by heading what no field of ours holds in full.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_outcome", "import_id", "run", "outcome", "row_number"),
        Index("ix_import_rows_account", "account_id"),
        CheckConstraint("outcome IN ('created', 'updated', 'unchanged', 'rejected')", name="outcome"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    run: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    cells: Mapped[list[str]]
    kept: Mapped[dict[str, Any]]
    errors: Mapped[list[dict[str, Any]]]
    # lists go by `id`; within one run the row's number names it
    id = synonym("row_number")
