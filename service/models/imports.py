"""Files brought in, and what became of each of their rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Versioned


class Import(Versioned, Base):
    """One file on its way in: mapping suggested, confirmed, run."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("mode IN ('atomic', 'partial')", name="mode"),
        CheckConstraint("match_on IN ('code', 'external_ref', 'name_region')", name="match_on"),
    )

    target: Mapped[str]
    filename: Mapped[str]
    file_sha256: Mapped[str]
    file_size: Mapped[int]
    object_key: Mapped[str]
    encoding: Mapped[str | None]
    mode: Mapped[str]
    validate_only: Mapped[bool]
    match_on: Mapped[str]
    mapping: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    counts: Mapped[dict[str, Any]]
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[UUID] = mapped_column(index=True)


class ImportRow(Base):
    """What became of one row: its outcome, what it made, what was wrong, and every cell as it was typed."""

    __tablename__ = "import_rows"
    __table_args__ = (Index("ix_import_rows_outcome", "import_id", "outcome", "row_number"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    cells: Mapped[dict[str, Any]]
    kept: Mapped[dict[str, Any]]
    errors: Mapped[list[dict[str, Any]]]
